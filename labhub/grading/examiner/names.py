"""Which names in a test cell mean a library, a builtin, or something of the student's."""

from collections.abc import Iterable


def library_names(given: Iterable[str], solutions: Iterable[str] = ()) -> dict[str, str]:
    """What the course's own cells import: name -> `module` or `module:attribute`.

    `given` are sources that the student does not write (locked cells, given code, test cells);
    `solutions` are the reference's cells, of which only imported *modules* count: what a solution
    imports from a module may be the very thing to be found.
    """
    raise NotImplementedError
