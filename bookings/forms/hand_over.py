"""Forms of handing over and of answering requests: they clean what was typed and judge nothing."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.forms.booking import SeenForm
from bookings.models import Booking
from bookings.whom import NotFound, find_one
from members.models import Member


class HandOverForm(forms.Form):
    """To whom, found by what they would tell: a mail address or a whole name, and no list."""

    who = forms.CharField(
        label=_("To whom"),
        max_length=120,
        help_text=_("Their mail address, or their name written in full."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    in_return = forms.CharField(
        label=_("In return for"), required=False, max_length=40, widget=forms.RadioSelect
    )

    def clean_who(self) -> Member:
        try:
            return find_one(self.cleaned_data["who"])
        except NotFound as error:
            raise forms.ValidationError(str(error)) from error

    def show_theirs(self, bookings: Iterable[tuple[Booking, str]]) -> None:
        """Draw what they have as choices, each with its words; nothing is one of them."""
        theirs = [(str(booking.public_id), words) for booking, words in bookings]
        self.fields["in_return"].widget.choices = [("", _("Nothing")), *theirs]
        self.fields["in_return"].initial = ""

    @property
    def to(self) -> Member | None:
        """As far as the form could be read."""
        found: Member | None = getattr(self, "cleaned_data", {}).get("who")
        return found


class AnswerForm(SeenForm):
    """What staff say to a request; declining takes words, approving may do without."""

    APPROVE, DECLINE = "approve", "decline"

    words = forms.CharField(
        label=_("Words"),
        required=False,
        max_length=200,
        help_text=_("The member reads them. To decline takes a reason."),
    )
    answer = forms.ChoiceField(choices=[(APPROVE, APPROVE), (DECLINE, DECLINE)])

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        if given.get("answer") == self.DECLINE and not given.get("words"):
            self.add_error("words", _("Say why, so that they know what to do next."))
        return given

    @property
    def approves(self) -> bool:
        return bool(self.cleaned_data["answer"] == self.APPROVE)
