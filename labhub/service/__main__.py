"""`python -m labhub.service`: the service by its environment alone, as in a container.

`LABHUB_COURSES` lists the courses, `NAME=DIR` each, with `:` between them; the rest is what the
Hub sets. `labhub serve` does the same with options.
"""

import os

from labhub.service.hub_login import HubLogin
from labhub.service.server import run
from labhub.service.settings import place_of, settings_of


def main() -> None:
    """Serve until told to end."""
    named = filter(None, os.environ.get("LABHUB_COURSES", "").split(os.pathsep))
    settings = settings_of(tuple(place_of(each) for each in named))
    run(settings, HubLogin(settings))


if __name__ == "__main__":
    main()
