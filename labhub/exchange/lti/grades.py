"""Assignment and Grade Services 2.0: columns of the platform's gradebook, and scores in them."""

import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from urllib.parse import urlencode, urlsplit, urlunsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from labhub.clock import Clock
from labhub.course.model import LtiPlatform
from labhub.exchange.lti.errors import LtiAnswerError
from labhub.exchange.lti.keys import ToolKey
from labhub.exchange.lti.web import Web, json_of, place

AGS = "https://purl.imsglobal.org/spec/lti-ags/scope/"
SCOPES = f"{AGS}lineitem {AGS}result.readonly {AGS}score"
JSON = "application/vnd.ims.lis.{}+json"
PAGES = 1000
"""More pages than any course has people."""
NEXT = re.compile(r'<([^>]+)>\s*;[^,]*\brel="?next"?')

LONG_AGO = datetime.min.replace(tzinfo=UTC)
Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Score:
    """What one person has in one column."""

    user_id: str
    given: float
    maximum: float
    at: datetime
    comment: str = ""
    activity: str = "Completed"
    grading: str = "FullyGraded"


class _Token(BaseModel):
    access_token: str = Field(min_length=1)
    expires_in: float = 3600


class _LineItem(BaseModel):
    id: str = Field(min_length=1)
    resource_id: str | None = Field(None, alias="resourceId")


class _Result(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    user_id: str = Field(alias="userId")
    given: float | None = Field(None, alias="resultScore")
    maximum: float | None = Field(None, alias="resultMaximum")


@dataclass
class GradeService:
    """The gradebook of one course on a platform. All methods raise as `Web.call` does."""

    platform: LtiPlatform
    key: ToolKey
    clock: Clock
    web: Web = field(default_factory=Web)
    _token: str = field(default="", repr=False)
    _until: datetime = LONG_AGO

    def find_line_item(self, resource_id: str) -> str:
        """The address of the column that was made for an item of ours; empty where none was."""
        query = {"resource_id": resource_id}
        for entry in self._pages(
            _with(self.platform.line_items_url, query), "v2.lineitemcontainer"
        ):
            item = _read(_LineItem, entry, self.platform.line_items_url)
            if item.resource_id == resource_id:
                return item.id
        return ""

    def ensure_line_item(self, resource_id: str, label: str, maximum: float) -> str:
        """The address of an item's column, which is made where there is none.

        Making one is never tried twice in a call: an answer may have been lost, and the next call
        finds what was made.
        """
        if found := self.find_line_item(resource_id):
            return found
        body = {"resourceId": resource_id, "label": label, "scoreMaximum": maximum}
        url = self.platform.line_items_url
        answer = self.web.call(
            "POST",
            url,
            headers=self._headers("Content-Type", "v2.lineitem"),
            data=json.dumps(body),
            again=False,
        )
        return _read(_LineItem, json_of(answer), url).id

    def results(self, line_item_url: str) -> dict[str, float]:
        """What everybody has in a column, as a share of its maximum."""
        url = _below(line_item_url, "results")
        found = (_read(_Result, entry, url) for entry in self._pages(url, "v2.resultcontainer"))
        return {
            each.user_id: each.given / (each.maximum or 1)
            for each in found
            if each.given is not None
        }

    def put_score(self, line_item_url: str, score: Score) -> None:
        """Put a score into a column; the same score twice is the same as once."""
        body = {
            "userId": score.user_id,
            "scoreGiven": score.given,
            "scoreMaximum": score.maximum,
            "activityProgress": score.activity,
            "gradingProgress": score.grading,
            "timestamp": score.at.astimezone(UTC).isoformat(timespec="milliseconds"),
        }
        if score.comment:
            body["comment"] = score.comment
        self.web.call(
            "POST",
            _below(line_item_url, "scores"),
            headers=self._headers("Content-Type", "v1.score"),
            data=json.dumps(body),
        )

    def _pages(self, url: str, kind: str) -> Iterator[object]:
        """The entries of all pages of a list, as long as they stay at one host."""
        host, following = urlsplit(url)[:2], url
        for _ in range(PAGES):
            answer = self.web.call("GET", following, headers=self._headers("Accept", kind))
            entries = json_of(answer)
            if not isinstance(entries, list):
                raise LtiAnswerError(f"{place(url)} answered no list.")
            yield from entries
            more = NEXT.search(answer.headers.get("Link", ""))
            if more is None:
                return
            following = more[1]
            if urlsplit(following)[:2] != host:
                raise LtiAnswerError(f"{place(url)} goes on at another host.")
        raise LtiAnswerError(f"{place(url)} has more than {PAGES} pages.")

    def _headers(self, name: str, kind: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._access_token()}", name: JSON.format(kind)}

    def _access_token(self) -> str:
        """A token of the platform, asked for by a signed assertion (RFC 7523) and kept."""
        now, platform = self.clock.now(), self.platform
        if now < self._until:
            return self._token
        assertion = {
            "iss": platform.client_id,
            "sub": platform.client_id,
            "aud": platform.token_url,
            "iat": int(now.timestamp()),
            "exp": int((now + timedelta(minutes=5)).timestamp()),
            "jti": secrets.token_urlsafe(16),
        }
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": self.key.sign(assertion),
            "scope": SCOPES,
        }
        answer = self.web.call("POST", platform.token_url, data=form)
        token = _read(_Token, json_of(answer), platform.token_url)
        self._token = token.access_token
        self._until = now + timedelta(seconds=token.expires_in - 60)
        return self._token


def _read(kind: type[Model], data: object, url: str) -> Model:
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        names = ", ".join(sorted({".".join(map(str, each["loc"])) for each in error.errors()}))
        raise LtiAnswerError(f"{place(url)} answered without a sound {names or 'body'}.") from None


def _below(line_item_url: str, name: str) -> str:
    """The address of a service of a column; a query stays at the end.

    >>> _below("https://lms.example/items/7?type_id=1", "scores")
    'https://lms.example/items/7/scores?type_id=1'
    """
    parts = urlsplit(line_item_url)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{name}"))


def _with(url: str, query: dict[str, str]) -> str:
    return f"{url}{'&' if '?' in url else '?'}{urlencode(query)}"
