"""The answer process: where a student's code runs, and nothing else is known."""
