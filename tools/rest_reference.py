"""The reference of the REST interface, from its own description (OpenAPI)."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from labhub.ids import CourseId
from labhub.service.access import REST, Access
from labhub.service.api.errors import COMMON
from labhub.service.app import create_app
from labhub.service.development_login import DevelopmentLogin
from labhub.service.identity import Role
from labhub.service.settings import CoursePlace, ServiceSettings

WHO = {
    None: "anybody who is logged in",
    Role.STUDENT: "students and staff of the course",
    Role.TA: "staff of the course",
    Role.INSTRUCTOR: "instructors of the course",
}
OWN = "students for their own, staff of the course for all"
SPECIAL = {"metrics": "staff of any course, or with the operator's metrics token"}
ERROR = "ErrorAnswer"


def rest() -> str:
    """Every route by its tag, then every model."""
    place = CoursePlace(Path("/"), CourseId("course"))
    settings = ServiceSettings((place,))
    description = create_app(settings, DevelopmentLogin(settings, {})).openapi()
    by_tag: dict[str, list[str]] = {}
    for path, methods in description["paths"].items():
        for method, route in methods.items():
            (tag,) = route["tags"]
            by_tag.setdefault(tag, []).append(_route(settings.prefix, method, path, route))
    tags = [f"## {tag.capitalize()}\n\n" + "\n\n".join(them) for tag, them in by_tag.items()]
    models = description["components"]["schemas"].items()
    shown = [_model(name, model) for name, model in models if not name.startswith("HTTPVal")]
    return "\n\n".join([*tags, "## Models", *shown])


def _route(prefix: str, method: str, path: str, route: Mapping[str, Any]) -> str:
    words = [f"### `{method.upper()} {path.removeprefix(f'{prefix}api')}`", route["description"]]
    words.append(f"For {_who(route['operationId'])}.")
    given = list(_given(route))
    if given:
        words.append(_table(("part", "value", "meaning"), given))
    words.append(_answers(route["responses"]))
    return "\n\n".join(words)


def _who(name: str) -> str:
    access: Access = REST[name]
    if name in SPECIAL:
        return SPECIAL[name]
    if not access.login:
        return "everybody; nobody needs to log in"
    return OWN if access.own else WHO[access.role]


def _given(route: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """What a request brings beside its address."""
    for part in route.get("parameters", ()):
        if part["in"] == "query":
            yield f"`{part['name']}` in the query", _kind(part["schema"]), part["description"]
    for media, body in route.get("requestBody", {}).get("content", {}).items():
        properties = body["schema"].get("properties")
        if properties is None:
            yield f"body, `{media}`", _kind(body["schema"]), ""
            continue
        for name, field in properties.items():
            yield f"`{name}` of the form", _kind(field), field["description"]


def _answers(responses: Mapping[str, Any]) -> str:
    good = [
        f"**{status}** {_content(answer)}"
        for status, answer in responses.items()
        if ERROR not in str(answer)
    ]
    common = {str(status) for status in COMMON}
    bad = [status for status, answer in responses.items() if ERROR in str(answer)]
    own = sorted(set(bad) - common)
    return f"Answers: {'; '.join(good)}." + (f" Also refuses with {', '.join(own)}." if own else "")


def _content(answer: Mapping[str, Any]) -> str:
    kinds = [
        _kind(body["schema"]) if body.get("schema") else f"`{media}`"
        for media, body in answer.get("content", {}).items()
        if body.get("schema") or media != "application/json"
    ]
    return " or ".join(kinds) or "without content"


def _model(name: str, model: Mapping[str, Any]) -> str:
    if "enum" in model:
        values = ", ".join(f"`{value}`" for value in model["enum"])
        return f"### {name}\n\n{_first(model)} One of: {values}."
    needed = model.get("required", ())
    rows = [
        (
            f"`{key}`",
            _kind(field) + ("" if key in needed else ", may be left out"),
            field.get("description", ""),
        )
        for key, field in model["properties"].items()
    ]
    return f"### {name}\n\n{_first(model)}\n\n" + _table(("field", "value", "meaning"), rows)


def _first(model: Mapping[str, Any]) -> str:
    return str(model.get("description", "")).partition("\n\n")[0]


def _kind(schema: Mapping[str, Any]) -> str:
    """A JSON schema in a word."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " or ".join(_kind(each) for each in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    words = {"integer": "whole number", "string": "text", "boolean": "true or false"}
    words |= {"null": "null", "number": "number", "object": "object"}
    special = {"date-time": "time (ISO 8601)", "binary": "file"}
    return special.get(schema.get("format", "")) or words.get(schema.get("type", ""), "anything")


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    cells = (
        " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in row) for row in lines
    )
    return "\n".join(f"| {line} |" for line in cells)
