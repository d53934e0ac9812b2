"""The learning system of a course: where it signs people in, and where its grades are kept."""

from typing import Annotated

from pydantic import Field

from labhub.course.fields import Id, Table, Text
from labhub.course.model import LtiPlatform

Url = Annotated[
    str, Field(pattern=r"^(https://[^\s/@]+|http://(127\.0\.0\.1|localhost)(:\d+)?)(/\S*)?$")
]
"""An address that nobody reads along; this machine needs no TLS to speak to itself."""


class LineItemTable(Table):
    """The learning system's column of one graded item."""

    item: Id
    """Id of an assignment or item; `total` is the final percentage."""
    url: Url
    """The column's address (its line item), as the learning system tells it."""


class LtiTable(Table):
    """The learning system, by LTI 1.3; all values come from the page where labhub is registered."""

    issuer: Text
    """The platform's own name, e.g. `https://canvas.instructure.com`."""
    client_id: Text
    """The id that the platform gave labhub."""
    deployment_id: Text
    """The id of labhub's deployment in this course."""
    auth_url: Url
    """Where a launch is authorised (authentication request URL, OIDC authorisation end-point)."""
    token_url: Url
    """Where labhub gets its access tokens."""
    jwks_url: Url
    """Where the platform publishes its keys."""
    line_items_url: Url | None = None
    """Where the course's columns are found and made; left out: only those listed here exist."""
    line_items: list[LineItemTable] = []
    """See `[[lti.line_items]]`."""


def platform_of(table: LtiTable | None) -> LtiPlatform | None:
    """The learning system of course.toml; None where it has none."""
    if table is None:
        return None
    return LtiPlatform(
        table.issuer,
        table.client_id,
        table.deployment_id,
        table.auth_url,
        table.token_url,
        table.jwks_url,
        table.line_items_url or "",
        {entry.item: entry.url for entry in table.line_items},
    )
