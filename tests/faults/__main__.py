"""python -m tests.faults: the table of docs/faults.md."""

from tests.faults.cells import page

print(page())
