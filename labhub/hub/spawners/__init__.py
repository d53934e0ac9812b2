"""Where people's servers run: four backends, one behaviour."""
