"""Forms of feeds: what may be subscribed to, as one list, and how much it tells."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from calendars.models import Feed
from equipment.models import Machine
from members.models import Member, Space
from members.permissions import is_staff

Kind = Feed.Kind
ALARMS = [
    ("", _("None")),
    (10, _("10 minutes before")),
    (30, _("30 minutes before")),
    (60, _("1 hour before")),
    (24 * 60, _("1 day before")),
]
Choices = list[tuple[str, Any]]


def alarm_field() -> forms.TypedChoiceField:
    return forms.TypedChoiceField(
        label=_("Alarm"), choices=ALARMS, coerce=int, empty_value=None, required=False
    )


class WhatField(forms.ChoiceField):
    """Cleans to the arguments of a feed: its kind, and the machine, class or space it is of."""

    def offer(self, machines: Iterable[Machine], kinds: Iterable[Kind]) -> None:
        """Machines come with their class and space."""
        machines = list(machines)
        self.known: dict[str, dict[str, Any]] = {str(kind): {"kind": kind} for kind in kinds}
        choices: Choices = [(str(kind), kind.label) for kind in kinds]
        groups = {
            _("Machines"): [self._machine(each) for each in machines],
            _("Kinds of machine"): [self._tool_class(each) for each in machines],
            _("Spaces"): [self._space(each.space, Kind.SPACE) for each in machines],
            Kind.MAINTENANCE.label: [
                self._space(each.space, Kind.MAINTENANCE) for each in machines
            ],
        }
        self.choices = choices + [(name, list(dict(all).items())) for name, all in groups.items()]

    def clean(self, value: Any) -> dict[str, Any]:
        return self.known[super().clean(value)]

    def _machine(self, machine: Machine) -> tuple[str, str]:
        value = f"{Kind.MACHINE}:{machine.slug}"
        self.known[value] = {"kind": Kind.MACHINE, "machine": machine}
        return value, f"{machine.name}, {machine.space}"

    def _tool_class(self, machine: Machine) -> tuple[str, str]:
        tool_class, space = machine.tool_class, machine.space
        value = f"{Kind.TOOL_CLASS}:{tool_class.slug}:{space.slug}"
        self.known[value] = {"kind": Kind.TOOL_CLASS, "tool_class": tool_class, "space": space}
        return value, f"{tool_class.name}, {space}"

    def _space(self, space: Space, kind: Kind) -> tuple[str, str]:
        value = f"{kind}:{space.slug}"
        self.known[value] = {"kind": kind, "space": space}
        return value, space.name


class FeedForm(forms.Form):
    """A feed of one's own. What it may tell is bounded by the service, whatever is chosen."""

    what = WhatField(label=_("What it shows"))
    privacy = forms.TypedChoiceField(
        label=_("How much it tells"),
        choices=Feed.Privacy.choices,
        coerce=int,
        initial=Feed.Privacy.FULL,
        help_text=_(
            "Of other people's bookings you see no more than on the board, unless you are staff."
        ),
    )
    alarm_minutes = alarm_field()
    label = forms.CharField(
        label=_("For which app"),
        max_length=40,
        required=False,
        help_text=_("So that you know which address to revoke, as in “work laptop”."),
    )

    def __init__(self, *args: Any, machines: Iterable[Machine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = [Kind.MINE, Kind.CERTIFICATIONS, Kind.INDUCTIONS, Kind.SESSIONS]
        self.fields["what"].offer(machines, own)  # type: ignore[attr-defined]


class PublicFeedForm(forms.Form):
    """What staff may let anybody read."""

    what = WhatField(label=_("What it shows"))

    def __init__(self, *args: Any, machines: Iterable[Machine], by: Member, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = [machine for machine in machines if is_staff(by, machine.space)]
        self.fields["what"].offer(here, [])  # type: ignore[attr-defined]


class InvitationsForm(forms.Form):
    alarm_minutes = alarm_field()
