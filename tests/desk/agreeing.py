"""The two steps of an act upon somebody's standing: what it would do, then the button."""

from typing import Any

from django.test import Client


def preview(client: Client, path: str, typed: dict[str, Any] | None = None) -> Any:
    """The page that says what would happen; nothing is done by it."""
    return client.post(path, typed or {})


def agree(client: Client, path: str, typed: dict[str, Any] | None = None) -> Any:
    """See it, and press the button."""
    seen = preview(client, path, typed).context["seen"]
    return client.post(path, {**(typed or {}), "seen": seen})
