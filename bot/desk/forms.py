"""Forms that are sent to the desk: fields and one file, both limited before they are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException

from bot.desk.errors import DeskError
from bot.settings import Settings

MOST_BYTES = 2 * 1024 * 1024
MOST_FIELDS = 500


@dataclass(frozen=True)
class Form:
    """The fields in order, and the files by name."""

    fields: Sequence[tuple[str, str]] = ()
    files: dict[str, bytes] = field(default_factory=dict)

    def get(self, name: str, missing: str = "") -> str:
        """The last value of a field."""
        return next((value for key, value in reversed(self.fields) if key == name), missing)

    def all(self, name: str) -> list[str]:
        """All values of a field."""
        return [value for key, value in self.fields if key == name]

    def whole_number(self, name: str) -> int:
        """A field that must be a whole number. Raises: DeskError."""
        try:
            return int(self.get(name))
        except ValueError:
            raise DeskError("bad_form") from None


async def read_form(request: Request, settings: Settings) -> Form:
    """The form of a request. Raises: DeskError: too large, or no form."""
    length = request.headers.get("content-length", "")
    if not length.isdigit():
        raise DeskError("bad_form", 411)
    if int(length) > MOST_BYTES:
        raise DeskError("too_large", 413)
    try:
        data = await request.form(max_files=1, max_fields=MOST_FIELDS, max_part_size=MOST_BYTES)
    except (HTTPException, MultiPartException, ValueError):
        raise DeskError("bad_form") from None
    fields: list[tuple[str, str]] = []
    files: dict[str, bytes] = {}
    try:
        for name, value in data.multi_items():
            if isinstance(value, UploadFile):
                content = await value.read()
                if content:
                    files[name] = content
            else:
                fields.append((name, str(value)))
    finally:
        await data.close()
    return Form(tuple(fields), files)
