"""What a file is, told by its bytes, and a name that is safe to give it. PURE.

Believes neither the name nor the type that came with it, and opens nothing: what is compressed
stays so.
"""

import re
import unicodedata

HEAD = 16  # bytes from the beginning that are asked for
TAIL = 1024  # and from the end

PDF, PNG, JPEG = "application/pdf", "image/png", "image/jpeg"
SUFFIXES = {PDF: (".pdf",), PNG: (".png",), JPEG: (".jpg", ".jpeg")}

PDF_BEGINS = re.compile(rb"%PDF-[12]\.\d")  # ISO 32000-2, 7.5.2
PDF_ENDS = b"%%EOF"
PNG_BEGINS = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"  # PNG specification, 5.2 and 11.2.2
PNG_ENDS = b"\x00\x00\x00\x00IEND\xaeB`\x82"
# ITU-T T.81, table B.1: start of image, then one of the markers an image goes on with
JPEG_BEGINS = re.compile(rb"\xff\xd8\xff[\xc0-\xc2\xc4\xdb\xdd\xe0-\xef\xfe]")

NAME_LENGTH = 100  # characters, suffix included
UNSAFE = re.compile(r'[<>:"/\\|?*]+')


def media_type_of(head: bytes, tail: bytes) -> str | None:
    """The type of a file by its first HEAD and last TAIL bytes; None for all but three."""
    if PDF_BEGINS.match(head) and PDF_ENDS in tail:
        return PDF
    if head.startswith(PNG_BEGINS) and tail.endswith(PNG_ENDS):
        return PNG
    if JPEG_BEGINS.match(head):
        return JPEG
    return None


def safe_name(typed: str, media_type: str) -> str:
    """A name to save the file by: one line, no path, no hidden turns, the suffix of its type."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", typed))[-1]
    visible = "".join(" " if sign.isspace() else sign for sign in last if _shows(sign))
    name = " ".join(UNSAFE.sub("-", visible).split())
    suffixes = SUFFIXES[media_type]
    suffix = next((end for end in suffixes if name.lower().endswith(end)), "")
    stem = name[: len(name) - len(suffix)].lstrip(". ")[: NAME_LENGTH - len(suffixes[-1])]
    return (stem.rstrip(". ") or "file") + (suffix or suffixes[0])


def _shows(sign: str) -> bool:
    """Neither control nor format (which turn the direction of what follows) nor half a sign."""
    return sign.isspace() or not unicodedata.category(sign).startswith("C")
