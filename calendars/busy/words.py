"""Why an outside calendar could not be read, in words, each with what to do about it."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

WORDS: dict[str, Promise] = {
    # the address
    "bad-address": gettext_lazy("That is no address. Write one that begins with https://."),
    "has-password": gettext_lazy(
        "The address holds a name or a password. Ask its owner for one that needs none."
    ),
    "bad-port": gettext_lazy("Only the usual ports of the web are asked. Leave the port out."),
    "no-such-host": gettext_lazy("No such host is known. Check the spelling."),
    "not-public": gettext_lazy(
        "That host is inside a private network, and is not asked. Hand in the calendar as a file."
    ),
    # the answer
    "bad-certificate": gettext_lazy(
        "Its certificate cannot be trusted. Ask whoever runs that server."
    ),
    "too-slow": gettext_lazy("It did not answer in time. It is tried again by itself."),
    "no-answer": gettext_lazy("It does not answer. It is tried again by itself."),
    "too-many-redirects": gettext_lazy("It leads from one address to the next. Write the last."),
    "bad-redirect": gettext_lazy(
        "It leads from an encrypted address to an open one. Write the address it leads to."
    ),
    "gone": gettext_lazy("Nothing is there any more. Ask its owner for the new address."),
    "refused": gettext_lazy("That server refuses to hand it out. Is the calendar public?"),
    "unknown-encoding": gettext_lazy(
        "It is packed in a way that was not asked for. Hand it in as a file."
    ),
    # the calendar
    "too-large": gettext_lazy("It is larger than 1 MiB. Ask for a calendar of fewer events."),
    "too-many-events": gettext_lazy("It has more than 5,000 events. Ask for one of fewer."),
    "too-many-times": gettext_lazy(
        "It has more than 5,000 busy times in the next 26 weeks. Ask for one of fewer."
    ),
    "repeats-too-often": gettext_lazy(
        "An event in it repeats by the hour or faster, or for thousands of days."
        " Give it an end, or leave it out."
    ),
    "takes-too-long": gettext_lazy(
        "Reading it takes too long: an event repeats by a rule that has no end."
        " Look through its repeated events."
    ),
    "not-text": gettext_lazy("That is no text. Choose a file that ends in .ics."),
    "not-a-calendar": gettext_lazy(
        "That is no calendar but something else, perhaps a web page."
        " Look for its address in iCal format."
    ),
    "too-deep": gettext_lazy("Its parts are nested too deep. Export the calendar anew."),
    "broken-lines": gettext_lazy("Its lines are broken. Export the calendar anew."),
    "broken-event": gettext_lazy(
        "An event in it has a time or a rule that cannot be read. Export the calendar anew."
    ),
}


def words_of(code: str) -> str:
    return str(WORDS[code]) if code in WORDS else _("It could not be read.")
