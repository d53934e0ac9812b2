"""The engine: student code in one process, verdicts in another."""
