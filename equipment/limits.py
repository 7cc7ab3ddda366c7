"""What may be written of a machine, wherever it is: on a page or in a file. PURE."""

MOST_MA = 1_000_000  # a kiloampere
LONGEST_IDLE = 60 * 60
LONGEST_FINISH = 4 * 60 * 60
