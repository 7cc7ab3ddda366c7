"""What every refusal about a person has in common; knows no rule."""


class MemberError(Exception):
    """Nothing was written; the text is for the person who tried, `field` what to mend in a form."""

    def __init__(self, words: str, field: str | None = None) -> None:
        super().__init__(words)
        self.field = field
