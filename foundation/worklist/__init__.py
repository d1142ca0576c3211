"""What is due: one row for each thing that somebody has to do by a time, written by the app that owns it."""
