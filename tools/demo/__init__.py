"""`python -m tools.demo`: a class hands in lab 1, on a real Hub."""
