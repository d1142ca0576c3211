"""Professional assessments on a case: asked for, made by people of one body, and what the team reads of them."""
