"""Requests to a platform: bounded in time, asked again where that helps, errors without secrets."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests

from labhub.exchange.lti.errors import LtiAnswerError, LtiRefusedError, LtiUnreachableError

TIMEOUT_S = (5, 20)
"""Seconds to connect, and to wait for a piece of the answer."""
BUSY = 429
LONGEST_PAUSE_S = 30.0


@dataclass(frozen=True)
class Web:
    """How labhub speaks to a platform."""

    tries: int = 4
    pause: Callable[[float], None] = time.sleep
    session: requests.Session = field(default_factory=requests.Session)

    def call(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        data: str | Mapping[str, str] | None = None,
        again: bool = True,
    ) -> requests.Response:
        """The platform's answer. Asks again after 429, 5xx and broken connections, if `again`.

        Raises `LtiUnreachableError`, or `LtiRefusedError` for any other status than 2xx.
        """
        tries = self.tries if again else 1
        for number in range(1, tries + 1):
            answer = self._once(method, url, dict(headers or {}), data)
            if answer is not None and answer.status_code != BUSY and answer.status_code < 500:
                return _accepted(answer, url)
            if number < tries:
                self.pause(_pause_s(answer, number))
        said = f"answered {answer.status_code}" if answer is not None else "did not answer"
        times = f"{tries} times" if tries > 1 else "once"
        raise LtiUnreachableError(
            f"{place(url)} {said}, asked {times}.", hint="Try again later; nothing is sent twice."
        )

    def _once(
        self, method: str, url: str, headers: dict[str, str], data: str | Mapping[str, str] | None
    ) -> requests.Response | None:
        body = data.encode() if isinstance(data, str) else data
        try:
            return self.session.request(
                method, url, headers=headers, data=body, timeout=TIMEOUT_S, allow_redirects=False
            )
        except requests.RequestException:
            return None


def json_of(answer: requests.Response) -> object:
    """The answer's data. Raises `LtiAnswerError`."""
    try:
        return answer.json()
    except ValueError:
        raise LtiAnswerError(f"{place(answer.url)} answered something that is no JSON.") from None


def place(url: str) -> str:
    """An address without its query, which may hold what nobody is to read.

    >>> place("https://lms.example/token?secret=1")
    'https://lms.example/token'
    """
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"


def _accepted(answer: requests.Response, url: str) -> requests.Response:
    if 200 <= answer.status_code < 300:
        return answer
    raise LtiRefusedError(
        f"{place(url)} refused with status {answer.status_code}.",
        hint="Look at what the platform lets labhub do: its key, scopes and deployment.",
    )


def _pause_s(answer: requests.Response | None, number: int) -> float:
    """As long as the platform asks for, else twice as long each time."""
    asked = answer.headers.get("Retry-After", "") if answer is not None else ""
    return min(float(asked) if asked.isdecimal() else 0.5 * 2**number, LONGEST_PAUSE_S)
