"""The one bridge to nbgrader's gradebook."""
