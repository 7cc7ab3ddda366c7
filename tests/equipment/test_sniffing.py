"""A file is what its bytes say, whatever it is called; and its name harms nobody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from equipment.sniffing import (
    HEAD,
    JPEG,
    JPEG_BEGINS,
    NAME_LENGTH,
    PDF,
    PDF_BEGINS,
    PNG,
    PNG_BEGINS,
    SUFFIXES,
    TAIL,
    media_type_of,
    safe_name,
)
from tests.equipment.files import A_JPEG, A_PDF, A_PNG

HTML = b"<!doctype html><script>alert(1)</script>"


def sniff(body: bytes) -> str | None:
    return media_type_of(body[:HEAD], body[-TAIL:])


@pytest.mark.parametrize("body, expected", [(A_PDF, PDF), (A_PNG, PNG), (A_JPEG, JPEG)])
def test_what_is_taken(body, expected):
    assert sniff(body) == expected


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"%PDF",
        b"%PDF-1.7 and nothing more",
        b"\n" + A_PDF,
        HTML + A_PDF,
        b"%PDF-9.9\n%%EOF",
        A_PNG[:-1],
        A_PNG + HTML,
        A_PNG + b"PK\x03\x04",
        b"\x89PNG\r\n\x1a\n" + HTML,
        b"\xff\xd8\xff" + HTML,
        b"GIF89a" + HTML,
        b"PK\x03\x04",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"MZ\x90\x00",
        b"\x1f\x8b\x08",
        HTML,
        b"RIFF\x00\x00\x00\x00WEBPVP8 ",
    ],
    ids=lambda body: repr(body[:14]),
)
def test_what_is_not(body):
    assert sniff(body) is None


@given(st.binary(max_size=64))
def test_nothing_is_taken_that_does_not_begin_like_one_of_the_three(body):
    begins = body.startswith(PNG_BEGINS) or PDF_BEGINS.match(body) or JPEG_BEGINS.match(body)
    assert begins or sniff(body) is None


@pytest.mark.parametrize(
    "typed, kept",
    [
        ("Certificate 2026.pdf", "Certificate 2026.pdf"),
        ("Scan.PDF", "Scan.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\bob\\proof.pdf", "proof.pdf"),
        ("page.html", "page.html.pdf"),
        ("proof.pdf.exe", "proof.pdf.exe.pdf"),
        ("a\nSet-Cookie: b=1\r.pdf", "a Set-Cookie- b=1.pdf"),
        ("fdp.\u202egnp.exe", "fdp.gnp.exe.pdf"),
        ("nul\0byte.pdf", "nulbyte.pdf"),
        ("Prüfung 溶接.pdf", "Prüfung 溶接.pdf"),
        ('say "hello";.pdf', "say -hello-;.pdf"),
        (".pdf", "file.pdf"),
        ("...", "file.pdf"),
        ("", "file.pdf"),
        ("\ud800.pdf", "file.pdf"),
    ],
)
def test_a_name_is_made_safe(typed, kept):
    assert safe_name(typed, PDF) == kept


@given(st.text(max_size=300), st.sampled_from(sorted(SUFFIXES)))
def test_every_name_becomes_short_visible_and_of_its_type(typed, media_type):
    kept = safe_name(typed, media_type)
    assert 0 < len(kept) <= NAME_LENGTH
    assert kept.endswith(SUFFIXES[media_type])
    assert not set(kept) & set('/\\\0\r\n"<>:|?*\u202e\u2066')
    assert safe_name(kept, media_type) == kept
    kept.encode()
