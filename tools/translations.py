"""Brings the translations up to date: `python -m tools.translations`.

Collects every text that the service's pages say, in code and templates, and writes those that are
new into each language's .po file, with an empty translation. Translations of texts that are gone
are dropped.
"""

import io
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

SERVICE = Path(__file__).parents[1] / "labhub" / "service"
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "marked": None}


def texts() -> Catalog:
    """Every text of the pages, with the files in which it stands."""
    catalog = Catalog(charset="utf-8")
    for path in sorted(SERVICE.rglob("*.py")):
        _add(catalog, path, extract("python", io.BytesIO(path.read_bytes()), KEYWORDS))
    options = {"silent": "false", "trimmed": "true", "newstyle_gettext": "true"}
    for path in sorted((SERVICE / "templates").rglob("*.html")):
        with path.open("rb") as file:
            found = babel_extract(file, ("_", "gettext", "ngettext"), [], options)
            for line, function, message, _ in list(found):
                if isinstance(message, tuple):
                    message = tuple(each for each in message if each is not None)
                    message = message[:2] if function == "ngettext" else message[0]
                catalog.add(message, locations=[(_name(path), line)])
    return catalog


def translations(language: str) -> Catalog:
    """The translations into a language, as they are kept."""
    return read_po(io.BytesIO(file_of(language).read_bytes()), locale=language)


def file_of(language: str) -> Path:
    """Where the translations into a language are kept."""
    return SERVICE / "locales" / language / "LC_MESSAGES" / "labhub.po"


def written(catalog: Catalog) -> bytes:
    """The catalogue as the text of a .po file; the same one for the same texts."""
    text = io.BytesIO()
    write_po(text, catalog, width=100, omit_header=False, sort_by_file=True, include_lineno=False)
    noise = ("Project-Id", "Report-Msgid", "POT-Creation", "PO-Revision", "Last-Trans", "Generated")
    lines = text.getvalue().decode().splitlines(keepends=True)
    told = (line for line in lines if not line.startswith(tuple(f'"{name}' for name in noise)))
    return f"{''.join(told).strip()}\n".encode()


def _add(catalog: Catalog, path: Path, found: object) -> None:
    for line, message, _, _ in found:  # type: ignore[attr-defined]
        catalog.add(message, locations=[(_name(path), line)])


def _name(path: Path) -> str:
    return str(path.relative_to(SERVICE))


def main() -> None:
    """Renew the file of every language."""
    found = texts()
    for folder in sorted((SERVICE / "locales").iterdir()):
        catalog = translations(folder.name)
        catalog.update(found, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        catalog.fuzzy = False
        file_of(folder.name).write_bytes(written(catalog))
        missing = [
            m.id
            for m in catalog
            if m.id and not (all(m.string) if isinstance(m.string, tuple) else m.string)
        ]
        told = f"{folder.name}: {len(catalog)} texts, {len(missing)} without a translation"
        sys.stdout.write(f"{told}\n")


if __name__ == "__main__":
    main()
