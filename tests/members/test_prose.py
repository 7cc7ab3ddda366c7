"""What staff type is paragraphs, headings and lists, and nothing else."""

from members.prose import Block, blocks


def test_blank_lines_part_what_is_said():
    text = "# Eyes\r\n\r\nWear your glasses.\r\nAlways.\r\n\r\n\r\n- no gloves\r\n- no scarves\r\n"
    assert blocks(text) == (
        Block("heading", ("Eyes",)),
        Block("paragraph", ("Wear your glasses. Always.",)),
        Block("list", ("no gloves", "no scarves")),
    )


def test_what_only_looks_like_a_list_is_a_paragraph():
    assert blocks("- one\nand more") == (Block("paragraph", ("- one and more",)),)


def test_nothing_is_nothing():
    assert blocks(" \n\n \n") == ()
