"""The course cycle on a real lab, on this machine only: `python -m tools.demo [--no-serve]`."""

import argparse
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from labhub.errors import LabhubError
from tools.demo.course import REPOSITORY
from tools.demo.hubclient import HubRefusedError
from tools.demo.screen import Screen
from tools.demo.story import Story
from tools.demo.verbs import DemoError

INTERRUPTED = 130
FILE_WIDTH = 140


def main() -> int:
    """Play the story; 0 when every hand-in got what it deserves."""
    options = _options()
    console = Console(width=None if sys.stdout.isatty() else FILE_WIDTH)
    story = Story(options.root.resolve(), Screen(console), datetime.now(UTC))
    # What ends this program from outside must close the Hub as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return _play(story, serve=not options.no_serve)
    except KeyboardInterrupt:
        console.print("Interrupted.")
        return INTERRUPTED
    except (LabhubError, DemoError, HubRefusedError) as error:
        Console(stderr=True, style="red", markup=False).print(error)
        return 1


def _play(story: Story, *, serve: bool) -> int:
    with story.play() as (hub, cast, verdicts):
        failed = any(verdict.mistakes for verdict in verdicts)
        if serve:
            story.screen.way_in(hub, cast, next(iter(hub.settings.courses)))
            _wait_for_ctrl_c()
            story.screen.say("Closing the Hub ...")
    return 1 if failed else 0


def _wait_for_ctrl_c() -> None:
    try:
        signal.pause()
    except KeyboardInterrupt:
        return


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tools.demo", description=__doc__)
    parser.add_argument("--no-serve", action="store_true", help="end when the class is graded")
    parser.add_argument(
        "--root", type=Path, default=REPOSITORY / ".demo", help="where it all happens"
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
