"""nbgrader's exchange as the hand-in service: JupyterLab's lists and nbgrader's verbs stay.

`use_service` in an `nbgrader_config.py` sets the classes. No folder is shared, no common Unix user
is needed; who asks is told by the token of the environment.
"""

from traitlets.config import Config

from labhub.exchange.plugin.base import Exchange
from labhub.exchange.plugin.lists import ExchangeList
from labhub.exchange.plugin.staff import (
    ExchangeCollect,
    ExchangeReleaseAssignment,
    ExchangeReleaseFeedback,
)
from labhub.exchange.plugin.student import (
    ExchangeFetchAssignment,
    ExchangeFetchFeedback,
    ExchangeSubmit,
)

__all__ = [
    "Exchange",
    "ExchangeCollect",
    "ExchangeFetchAssignment",
    "ExchangeFetchFeedback",
    "ExchangeList",
    "ExchangeReleaseAssignment",
    "ExchangeReleaseFeedback",
    "ExchangeSubmit",
    "use_service",
]


def use_service(config: Config, url: str = "") -> None:
    """Let nbgrader hand in to the service; `url` is only needed where the environment has none."""
    factory = config.ExchangeFactory
    factory.exchange = Exchange
    factory.list = ExchangeList
    factory.fetch_assignment = ExchangeFetchAssignment
    factory.submit = ExchangeSubmit
    factory.fetch_feedback = ExchangeFetchFeedback
    factory.release_assignment = ExchangeReleaseAssignment
    factory.collect = ExchangeCollect
    factory.release_feedback = ExchangeReleaseFeedback
    if url:
        config.Exchange.service_url = url
