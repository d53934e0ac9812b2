"""The names of things, each its own type, so that the type checker sees a mix-up."""

from typing import NewType

CourseId = NewType("CourseId", str)
AssignmentId = NewType("AssignmentId", str)
NotebookId = NewType("NotebookId", str)
StudentId = NewType("StudentId", str)
GroupId = NewType("GroupId", str)
GradeId = NewType("GradeId", str)
"""nbgrader's `grade_id`: the id of one graded, solution or locked cell, unique in its notebook."""
