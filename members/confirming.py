"""When allauth finds that an address is its owner's, whoever signed up with it is confirmed.

Listens, and decides nothing: members.services.sign_ups does it.
"""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed
from django.utils import timezone

from members.services.sign_ups import confirm


def listen() -> None:
    """Call once, when the apps are ready."""
    email_confirmed.connect(_confirmed, dispatch_uid="members.confirming")


def _confirmed(email_address: EmailAddress, **_about: Any) -> None:
    confirm(member=email_address.user, now=timezone.now())
