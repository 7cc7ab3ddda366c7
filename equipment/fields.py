"""Model fields of the room. They hold what was typed and judge nothing."""

from collections.abc import Iterable
from datetime import time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

Times = tuple[time, ...]


def read_times(typed: str) -> Times:
    """“10:00 14:30” as sorted times of day; ValueError for anything else."""
    return tuple(sorted({time.fromisoformat(word) for word in typed.replace(",", " ").split()}))


def write_times(times: Iterable[time]) -> str:
    return " ".join(f"{at:%H:%M}" for at in times)


class TypedTimes(forms.CharField):
    """Times of day as one line."""

    def prepare_value(self, value: Any) -> Any:
        return write_times(value) if isinstance(value, tuple) else value


class TimesField(models.CharField):  # type: ignore[type-arg]  # generic in the stubs only
    """Times of day, wall clock, kept as text in one column; a tuple of `time` in Python."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 150)
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: str | None, *_: Any) -> Times | None:
        return None if value is None else read_times(value)

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str):
            return tuple(value) if value is not None else None
        try:
            return read_times(value)
        except ValueError as error:
            raise ValidationError(_("Write times like 10:00 14:30.")) from error

    def get_prep_value(self, value: Any) -> str | None:
        if value is None or isinstance(value, str):
            return value
        return write_times(value)

    def run_validators(self, value: Any) -> None:
        super().run_validators(write_times(value or ()))

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": TypedTimes} | kwargs)

    def value_to_string(self, obj: models.Model) -> str:
        return write_times(self.value_from_object(obj) or ())
