"""`python -m labhub.cli` is `labhub`."""

from labhub.cli.main import main

main()
