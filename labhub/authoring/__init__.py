"""From the instructor notebook to the student version, and what proves that the tests are fair."""
