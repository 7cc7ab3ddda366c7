"""What every page's shell shows: the space, its hours now, and whether the desk is for you."""

from typing import Any

from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    """Template variable `shell`; lazy, so a page without a shell asks the database nothing."""
    return {}
