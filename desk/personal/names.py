"""What the numbers of a takeout stand for, in words. Names no other person, and reads no secret.

`plan: 3` tells its reader nothing; `plan_name: "Full"` beside it does.
"""

from typing import Any

from django.db.models import ForeignKey, Model

from equipment.models import Machine
from members.models import Badge, Member
from training.models import TheoryAttempt, TheoryQuestion

NAMELESS = (Member, Badge)  # another person, or the end of the number of somebody's badge


class Names:
    """Of the rows that others point to, each read once for a whole takeout."""

    def __init__(self) -> None:
        self._known: dict[tuple[type[Model], Any], str] = {}

    def of(self, row: Model, secret: Any) -> dict[str, str]:
        """`plan_name` for `plan`, and so on, for all that points to no person."""
        names = {
            f"{field.name}_name": self._name(field.related_model, field.value_from_object(row))
            for field in row._meta.concrete_fields
            if isinstance(field, ForeignKey) and field.name not in secret and _has_name(field)
        }
        return {key: name for key, name in names.items() if name}

    def of_machine(self, number: int | None) -> str:
        """An event keeps the number alone, so that its chain outlives the machine."""
        return self._name(Machine, number)

    def _name(self, model: Any, number: Any) -> str:
        if number is None:
            return ""
        if (model, number) not in self._known:
            found = model._default_manager.filter(pk=number).first()
            self._known[model, number] = str(found) if found else ""
        return self._known[model, number]


def _has_name(field: Any) -> bool:
    return field.related_model not in NAMELESS


def answered(attempt: TheoryAttempt) -> list[dict[str, Any]]:
    """What was asked, in its order, and what was chosen. Which choices are right stays with the
    bank: it is asked again.
    """
    numbers = [number for number, _order in attempt.asked]
    questions = TheoryQuestion.objects.in_bulk(numbers)
    return [
        {
            "question": questions[number].text,
            "choices": [questions[number].choices[place] for place in order],
            "chosen": [
                questions[number].choices[place] for place in attempt.answers.get(str(number), [])
            ],
        }
        for number, order in attempt.asked
        if number in questions
    ]
