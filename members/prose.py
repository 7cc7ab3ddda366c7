"""Plain text as paragraphs, headings and lists. Knows no HTML: a template writes it, escaped."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Block:
    """`kind` is heading, list or paragraph; a heading or paragraph has its text as one line."""

    kind: str
    lines: tuple[str, ...]


def blocks(text: str) -> tuple[Block, ...]:
    """Blank lines part blocks; “# ” begins a heading, and “- ” each line of a list."""
    parts = "\n".join(line.strip() for line in text.splitlines()).split("\n\n")
    return tuple(_block(part.strip("\n").split("\n")) for part in parts if part.strip("\n"))


def _block(lines: list[str]) -> Block:
    if all(line.startswith("- ") for line in lines):
        return Block("list", tuple(line[2:].strip() for line in lines))
    if len(lines) == 1 and lines[0].startswith("# "):
        return Block("heading", (lines[0][2:].strip(),))
    return Block("paragraph", (" ".join(lines),))
