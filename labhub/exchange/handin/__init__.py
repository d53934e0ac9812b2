"""Handing in, from the release of a version to the feedback: the use cases over the store."""

from labhub.exchange.handin.checking import Report, look_over
from labhub.exchange.handin.collecting import Collected, collect
from labhub.exchange.handin.desk import HandInDesk, open_desk
from labhub.exchange.handin.releasing import release_version
from labhub.exchange.handin.returning import keep_pages, release_pages
from labhub.exchange.handin.taking import HandedIn, hand_in
from labhub.exchange.handin.uploads import Upload, receiving

__all__ = [
    "Collected",
    "HandInDesk",
    "HandedIn",
    "Report",
    "Upload",
    "collect",
    "hand_in",
    "keep_pages",
    "look_over",
    "open_desk",
    "receiving",
    "release_pages",
    "release_version",
]
