"""`labhub verify-receipt`: whether a receipt is genuine, without any network."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from labhub.cli.common import AsJson, CourseDir, say
from labhub.cli.errors import BadWordsError

if TYPE_CHECKING:
    from labhub.exchange.receipts import Receipt


def verify_receipt(
    receipt: Annotated[Path, typer.Argument(metavar="FILE", help="The receipt, as JSON.")],
    key: Annotated[
        Path | None,
        typer.Option("--key", help="The course's public key; default: that of the course folder."),
    ] = None,
    files: Annotated[
        list[Path] | None,
        typer.Option("--file", help="A file that was handed in; may be repeated."),
    ] = None,
    course_dir: CourseDir = Path(),
    as_json: AsJson = False,
) -> None:
    """Check a receipt with the course's public key.

    No network is needed. With --file it is also checked that the receipt names exactly these
    bytes. Exit code 1 if the receipt was changed, or another key signed it."""
    from labhub.exchange.receipts import verify
    from labhub.exchange.receipts.keys import PUBLIC
    from labhub.exchange.store.blobs import FOLDER

    found = verify(
        _read(receipt), _read(key or course_dir / FOLDER / PUBLIC).decode(errors="replace")
    )
    for file in files or []:
        _ensure_named(found, file)
    if as_json:
        say(found.text)
        return
    say(f"Genuine: {found.title} ({found.assignment}), version {found.version}, {found.course}")
    say(f"  hand-in {found.submission}, attempt {found.attempt}, by {found.student}")
    say(f"  for {', '.join(found.members)}" + (f" (group {found.group})" if found.group else ""))
    say(f"  received {found.received_at:%Y-%m-%d %H:%M:%S} UTC, from: {found.place}")
    say(f"  {found.words}")
    for record in found.files:
        say(f"  {record.sha256}  {record.path} ({record.size_bytes} bytes)")


def _ensure_named(receipt: "Receipt", file: Path) -> None:
    import hashlib

    from labhub.exchange.receipts.errors import ReceiptInvalidError

    digest = hashlib.sha256(_read(file)).hexdigest()
    if digest not in {record.sha256 for record in receipt.files}:
        raise ReceiptInvalidError(
            f"The receipt does not name the bytes of {file}.",
            hint="The file was changed after it was handed in, or is another one.",
        )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadWordsError(f"{path} cannot be read: {error.strerror}.") from None
