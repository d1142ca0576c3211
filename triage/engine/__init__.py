"""Questionnaires: structure, wording, conditions, rules and answers. Pure: knows no app and no effects of rules."""
