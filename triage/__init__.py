"""Triage: checklists as versioned data, the rule table, and the assessments made with them."""
