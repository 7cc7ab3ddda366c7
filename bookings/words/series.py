"""The words against a series or a group as a whole; each booking of it has those of a booking."""

from django.utils.translation import gettext_lazy as _

from equipment.words import register


def register_series() -> None:
    register(
        "series-endless",
        _("This series has no end, or two."),
        _("Choose the last day, or how many times."),
    )
    register(
        "series-empty",
        _("This series ends before it begins."),
        _("Choose a last day that comes after the first."),
    )
    register(
        "series-too-long",
        _("That would be {count} bookings; a series takes at most {most}, within two years."),
        _("Choose an earlier last day, or fewer times."),
    )
    register(
        "series-all-skipped",
        _("Every day of this series is skipped."),
        _("Keep at least one day, or choose another time."),
    )
    register(
        "series-nothing-ahead",
        _("Nothing of this series lies ahead of you that could be changed."),
        _("Book a new series."),
    )


def register_groups() -> None:
    register(
        "group-size",
        _("A booking of several machines takes 2 to {most} of them."),
        _("Choose at least one more machine, or book the one by itself."),
    )
    register(
        "no-such-machine",
        _("No machine of {tool_class} here has all of that."),
        _("Ask for fewer features, or look at another space."),
    )
