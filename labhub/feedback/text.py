"""Text of a student, made safe to read: nothing hides, nothing runs backwards, colours are kept."""

import re

from markupsafe import Markup, escape

_BIDI = {
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
    *(0x200B, 0x200E, 0x200F, 0x061C, 0xFEFF, 0x2028, 0x2029),
}
"""Characters that turn or split the line, or have no width: shown by their number."""
_CONTROLS = {*range(0x20), *range(0x7F, 0xA0)} - {0x09, 0x0A}
_HALVES = range(0xD800, 0xE000)
"""Halves of characters, which no page can be written with."""
_SHOWN = {code: f"[U+{code:04X}]" for code in _BIDI} | dict.fromkeys(
    (*_CONTROLS, *_HALVES), "\ufffd"
)

_ESCAPE = re.compile(
    r"\x1b\[([0-9;]*)m|\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|.?)"
)
_OVERWRITTEN = re.compile(r"[^\n]*\r(?!\n|$)")
_COLOURS = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")


def plain(text: str) -> str:
    """The text with every character visible that would mislead a reader; escapes removed."""
    return _ESCAPE.sub("", text).translate(_SHOWN)


def shown(text: str) -> Markup:
    """Terminal output as HTML: carriage returns played, ANSI colours as classes, all else text."""
    if "\x1b" not in text and "\r" not in text:
        return escape(text.translate(_SHOWN))
    text = _OVERWRITTEN.sub("", text.replace("\r\n", "\n"))
    pieces: list[str] = []
    classes: dict[str, str] = {}
    end = 0
    for found in _ESCAPE.finditer(text):
        pieces.append(_span(text[end : found.start()], classes))
        if found[1] is not None:
            _apply(found[1], classes)
        end = found.end()
    pieces.append(_span(text[end:], classes))
    return Markup("".join(pieces))  # noqa: S704 - every piece is escaped in _span


def _span(text: str, classes: dict[str, str]) -> str:
    if not text:
        return ""
    safe = escape(text.translate(_SHOWN))
    return f'<span class="{" ".join(classes.values())}">{safe}</span>' if classes else str(safe)


def _apply(codes: str, classes: dict[str, str]) -> None:
    """Foreground colours and bold only: a background could paint text invisible."""
    numbers = [int(code) for code in codes.split(";") if code and len(code) < 4] or [0]
    if numbers[0] in (38, 48):  # 256 colours and true colours have no class
        return
    for number in numbers:
        if number == 0:
            classes.clear()
        elif number == 1:
            classes["weight"] = "ansi-bold"
        elif number == 22:
            classes.pop("weight", None)
        elif number == 39:
            classes.pop("colour", None)
        elif 30 <= number <= 37 or 90 <= number <= 97:
            classes["colour"] = f"ansi-{_COLOURS[number % 10]}"
