"""A term: the rules of course.toml applied to what the store and the gradebook have recorded.

`load_term` reads everything once; what follows from it is computed without reading again.
"""

from labhub.gradebook.term.records import LabMark, Term, load_term

__all__ = ["LabMark", "Term", "load_term"]
