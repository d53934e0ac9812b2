"""The course's rules as pure functions: deadlines, groups, peer review, grades.

Nothing here reads a file, a database or a clock: times and records are passed in, and what comes
out carries the trace of rules that made it. One plural noun per module.
"""
