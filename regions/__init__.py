"""Region tree, postal codes, partners' profiles, liaisons, ranking, working hours, telephone numbers."""
