"""Files as spreadsheets save them: separators, encodings, quotes, and what cannot be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desk.imports.sheet import Unreadable, read

REQUIRED, OPTIONAL = ("name",), ("email", "place")


def sheet(text, encoding="utf-8"):
    return read(text.encode(encoding), REQUIRED, OPTIONAL)


def rows(text, encoding="utf-8"):
    return [(row.number, row["name"], row["email"]) for row in sheet(text, encoding).rows]


ALICE = [(2, "Alice Müller", "a@example.org")]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_spreadsheet_is_understood(separator, encoding, end):
    text = f"name{separator}email{end}Alice Müller{separator}a@example.org{end}"
    assert rows(text, encoding) == ALICE


def test_latin_1_is_told():
    assert sheet("name\nAlice Müller", "latin-1").encoding == "Windows-1252"
    assert sheet("name\nAlice Müller").encoding == "UTF-8"


def test_columns_in_any_order_case_and_spelling():
    assert rows("E-Mail, NAME \na@example.org,Alice Müller\n") == ALICE


def test_columns_that_mean_nothing_are_named():
    assert sheet("name,phone,langauge\nAlice,1,en").unknown == ["phone", "langauge"]


def test_numbers_are_those_of_an_editor():
    text = 'name,place\n\n"Laser",a\n\n"Saw","two\nlines"\nLathe,\n;;\n'
    assert [row.number for row in sheet(text).rows] == [3, 5, 7, 8]


def test_left_out_cells_are_empty():
    (row,) = sheet("name,email,place\nAlice\n").rows
    assert (row["email"], row["place"], row["no such"]) == ("", "", "")


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "The file is empty"),
        (b"\n \n", "The file is empty"),
        (b"email,place\nx,y", "These columns are missing: name."),
        (b"name,name\nx,y", "These columns are there twice: name."),
        (b"name\nAl\x00ice", "zero bytes"),
        (b"\x89PNG\r\n\x1a\n\x81\x8d", "This is not text"),
        (b'name\nAlice\n"Bob\nCharlie', "Line 3 cannot be read"),
        (b'name\n"Alice" Meyer', "Line 2 cannot be read"),
        (b"name\n" + b"x" * 200_000, "Line 2 cannot be read"),
    ],
)
def test_what_cannot_be_read_says_why(raw, words):
    with pytest.raises(Unreadable, match=words):
        read(raw, REQUIRED, OPTIONAL)


def test_a_missing_column_names_all_there_may_be():
    with pytest.raises(Unreadable, match="must name all of name, and may name email, place"):
        read(b"place\nx", REQUIRED, OPTIONAL)


def test_misshapen_lines_are_problems_and_the_others_are_read():
    text = "name,email\nAlice,a@x.org,surplus\nBob,b@x.org,,\n" + "x" * 10_001 + ",\n"
    found = sheet(text)
    assert [row["name"] for row in found.rows] == ["Bob"]
    assert [(each.number, each.reason) for each in found.problems] == [
        (2, "It has 3 cells, and the first line names 2 columns."),
        (
            4,
            "A cell is longer than 10000 characters. Look for a quotation mark without its pair.",
        ),
    ]


@given(st.binary(max_size=300))
def test_no_bytes_do_worse_than_say_that_they_cannot_be_read(raw):
    try:
        found = read(raw, REQUIRED, OPTIONAL)
    except Unreadable as error:
        assert str(error)
    else:
        assert all(row.number >= 2 for row in found.rows)
