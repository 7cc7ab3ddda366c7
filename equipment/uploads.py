"""Keeps what nobody takes off the disk: a file that is too large is read away while it comes."""

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

MOST_BYTES = 5 * 1024 * 1024  # of any file on any page


class BoundedUploadHandler(FileUploadHandler):
    """Stands before Django's own handlers. The fields that came with the file are kept."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.size = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.size += len(raw_data)
        if self.size > MOST_BYTES:
            self.request.had_too_large_a_file = True  # type: ignore[union-attr]
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The next handler keeps it."""


def had_too_large_a_file(request: HttpRequest) -> bool:
    return getattr(request, "had_too_large_a_file", False)
