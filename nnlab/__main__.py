"""`python -m nnlab doctor`, `python -m nnlab data fetch`."""

import sys

from nnlab import __version__
from nnlab.data import data
from nnlab.doctor import doctor

USAGE = "usage: python -m nnlab doctor | data list | data fetch | data verify | --version"


def main(arguments: list[str]) -> int:
    """0 when all is well, 1 when something has to be mended, 2 for a wrong call."""
    if arguments == ["doctor"]:
        return doctor()
    if arguments[:1] == ["data"]:
        return data(arguments[1:])
    if arguments == ["--version"]:
        print(__version__)
        return 0
    print(USAGE, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
