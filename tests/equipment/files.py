"""The smallest files of the three kinds that are taken, and uploads of them."""

import struct
import zlib

from django.core.files.uploadedfile import SimpleUploadedFile

A_PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
A_JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\x00" * 9 + b"\xff\xd9"


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


A_PNG = (
    b"\x89PNG\r\n\x1a\n"
    + _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    + _chunk(b"IDAT", zlib.compress(b"\x00\x00"))
    + _chunk(b"IEND", b"")
)


def an_upload(
    body: bytes = A_PDF, name: str = "proof.pdf", claims: str = "application/pdf"
) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, body, claims)
