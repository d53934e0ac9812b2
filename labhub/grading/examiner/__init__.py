"""The examiner: the process that knows the tests and makes the verdicts."""
