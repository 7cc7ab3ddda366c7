"""Stories are told in a browser, in a believable makerspace."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from demo.data import fill
from members.models import Member
from tests.browser import screen

__all__ = ["screen"]


@pytest.fixture
def makerspace(transactional_db: None) -> Callable[[str], Member]:
    """Fifteen machines, eighty people, four weeks of bookings; gives people by first name."""
    fill(timezone.now())

    def person(first: str) -> Member:
        return Member.objects.get(email=f"{first}@example.org")

    return person


@pytest.fixture
def tomorrow() -> str:
    """A day that is wholly ahead, whatever the hour: stories must not depend on when they run."""
    return (timezone.now() + timedelta(days=1)).date().isoformat()
