"""Reads a multipart form as it streams in: files go to the disk, never whole into memory.

Names, sizes and the number of files are checked while bytes arrive (by the desk's `Upload`); the
first that goes beyond a limit ends it, and nothing of it is kept.
"""

from collections.abc import Callable

from anyio.to_thread import run_sync
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect, Request

from labhub.errors import LabhubError
from labhub.exchange.handin.uploads import Part, Upload
from labhub.service.errors import BadUploadError
from labhub.service.form_tokens import FIELD

FILES = "files"
"""The name of the form's field that holds files."""
FIELD_BYTES = 4096
FIELDS = 16
DRAIN_BYTES = 64 << 20
"""So much of a refused upload is read and dropped, so that its sender reads the refusal."""


async def read_form(
    request: Request, upload: Upload, check_form: Callable[[str], None]
) -> dict[str, str]:
    """Read the files of a form into an upload; the form's other fields.

    `check_form` is given the form's token before the first file is taken, and raises where it is
    not the session's. Raises `BadUploadError`, and what the upload refuses.
    """
    form = _Form(_boundary(request), upload, check_form)
    refused: LabhubError | None = None
    dropped = 0
    try:
        async for piece in request.stream():
            if refused is not None:
                dropped += len(piece)
            else:
                refused = await run_sync(form.feed, piece)
            if dropped > DRAIN_BYTES:
                break
    except ClientDisconnect as error:
        raise BadUploadError("The upload was cut short.", hint="Send it once more.") from error
    if refused is not None:
        raise refused
    return form.end()


def _boundary(request: Request) -> bytes:
    kind, options = parse_options_header(request.headers.get("content-type"))
    boundary = options.get(b"boundary", b"")
    if kind != b"multipart/form-data" or not boundary or len(boundary) > 200:
        raise BadUploadError(
            "Files come as a multipart form.", hint=f"Send multipart/form-data, field '{FILES}'."
        )
    return boundary


class _Form:
    """What the parser calls, part by part."""

    def __init__(self, boundary: bytes, upload: Upload, check_form: Callable[[str], None]) -> None:
        self.upload = upload
        self.check_form = check_form
        self.checked = False
        self.ended = False
        self.fields: dict[str, str] = {}
        self.headers: dict[str, bytes] = {}
        self.header: tuple[bytes, bytes] = (b"", b"")
        self.field: tuple[str, bytes] | None = None
        self.part: Part | None = None
        self.parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self.part_begins,
                "on_header_field": self.header_field,
                "on_header_value": self.header_value,
                "on_header_end": self.header_ends,
                "on_headers_finished": self.headers_end,
                "on_part_data": self.part_data,
                "on_part_end": self.part_ends,
                "on_end": self.form_ends,
            },
        )

    def feed(self, piece: bytes) -> LabhubError | None:
        """Take a piece of the body; what is wrong with it, to be raised when all was read."""
        try:
            self.parser.write(piece)
        except LabhubError as error:
            return error
        except FormParserError:
            return BadUploadError("The form cannot be read.", hint="Send it once more.")
        return None

    def end(self) -> dict[str, str]:
        """The fields, when the form has ended as it should."""
        if not self.ended:
            raise BadUploadError("The form has no end.", hint="Send it once more.")
        self.ensure_checked()
        return self.fields

    def ensure_checked(self) -> None:
        """No file is taken for a form of another site."""
        if not self.checked:
            self.check_form(self.fields.get(FIELD, ""))
            self.checked = True

    def part_begins(self) -> None:
        self.headers, self.field, self.part = {}, None, None

    def header_field(self, data: bytes, start: int, end: int) -> None:
        self.header = (self.header[0] + data[start:end], self.header[1])

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self.header = (self.header[0], self.header[1] + data[start:end])

    def header_ends(self) -> None:
        name, value = self.header
        self.headers[name.decode("latin-1").lower()] = value
        self.header = (b"", b"")

    def headers_end(self) -> None:
        _, options = parse_options_header(self.headers.get("content-disposition", b""))
        name = _text(options.get(b"name", b""))
        if b"filename" not in options:
            self.field = (name, b"")
            return
        self.ensure_checked()
        path = _text(options[b"filename"])
        if not path:
            return  # a browser's file field in which nothing was chosen
        if name != FILES:
            raise BadUploadError(
                f"A file came in the field {name[:40]!a}.", hint=f"Use the field '{FILES}'."
            )
        self.part = self.upload.begin(path)

    def part_data(self, data: bytes, start: int, end: int) -> None:
        piece = data[start:end]
        if self.part is not None:
            self.part.write(piece)
        elif self.field is not None:
            name, before = self.field
            if len(before) + len(piece) > FIELD_BYTES:
                raise BadUploadError(f"The field {name[:40]!a} is too long.")
            self.field = (name, before + piece)

    def part_ends(self) -> None:
        if self.field is None:
            return
        if len(self.fields) >= FIELDS:
            raise BadUploadError("The form has too many fields.")
        self.fields[self.field[0]] = _text(self.field[1])

    def form_ends(self) -> None:
        self.ended = True


def _text(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise BadUploadError("A name in the form is not UTF-8.") from None
