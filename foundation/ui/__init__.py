"""Page frame, style sheet, components, charts, scripts."""
