"""What every refusal of a service has in common, here and in the rooms above; knows no rule."""


class NotDone(Exception):
    """Nothing was written; the text is for the person who tried, `field` what to mend in a form."""

    def __init__(self, words: str, field: str | None = None) -> None:
        super().__init__(words)
        self.field = field
