"""What every room stands on: privacy, accounts, the journal, the look."""
