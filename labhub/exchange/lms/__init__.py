"""Learning systems: their grade tables as CSV, and who of the course stands in which row."""
