"""What kinds of message are called, and why some cannot be turned off; the words of choosing."""

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

DRAWERS: dict[str, str | Promise] = {
    "bookings": _("Your bookings"),
    "agreements": _("Offers and requests"),
    "training": _("Inductions"),
    "standing": _("Membership and certifications"),
    "machines": _("Machines you watch"),
    "staff": _("For staff"),
    "other": _("Everything else"),
}

TITLES: dict[str, str | Promise] = {
    "booking-confirmed": _("A booking or series is confirmed"),
    "booking-changed": _("A booking or series is changed"),
    "booking-cancelled": _("A booking or series is cancelled"),
    "booking-reminder": _("A booking comes: a day and an hour before"),
    "booking-starting": _("A booking begins in a quarter of an hour"),
    "booking-ending": _("Your time at a machine ends in a quarter of an hour"),
    "booking-missed": _("A booking is released because you did not come"),
    "booking-disrupted": _("Something is in the way of a booking"),
    "booking-at-risk": _("You may not use a machine when you have booked it"),
    "booking-passed-on": _("A booking you may not use is passed on"),
    "disruption-over": _("What was in the way of a booking is gone"),
    "series-booked": _("A series is booked"),
    "series-changed": _("A series is changed"),
    "series-cancelled": _("A series is cancelled"),
    "group-booked": _("Several machines are booked together"),
    "group-changed": _("A booking of several machines is changed"),
    "group-cancelled": _("A booking of several machines is cancelled"),
    "slot-offered": _("A time you wait for is offered to you"),
    "booking-requested": _("A booking that needs the consent of staff"),
    "booking-approved": _("A booking is approved"),
    "booking-declined": _("A booking is declined"),
    "request-lapsed": _("A request was not answered in time"),
    "hand-over-proposed": _("A booking is to be handed over"),
    "hand-over-answered": _("Your proposal to hand over is answered"),
    "certification-given": _("You are certified"),
    "certification-revoked": _("A certification is taken back"),
    "certification-expiring": _("A certification ends soon"),
    "certification-idle": _("A certification ends soon unless you use it"),
    "certification-suspended": _("A certification is suspended"),
    "certification-restored": _("A suspension is lifted"),
    "induction-signed-up": _("You have a seat at an induction"),
    "induction-seat": _("A seat at an induction you wait for is yours"),
    "induction-changed": _("An induction is at another time"),
    "induction-cancelled": _("An induction is called off"),
    "induction-handed": _("Somebody else gives an induction, or you do now"),
    "induction-forsaken": _("An induction whose certifier may not give it any more"),
    "induction-kept-out": _("You have a seat at an induction and may not come"),
    "induction-reminder": _("An induction comes: a day and two hours before"),
    "membership-expiring": _("Your membership ends soon"),
    "document-new": _("There is something to be read and signed"),
    "membership-confirmed": _("The plan you asked for is confirmed or declined"),
    "membership-declined": _("The plan you asked for is declined"),
    "role-given": _("You are given a role"),
    "role-taken": _("A role is taken back"),
    "second-factor-reset": _("Your passkeys and app were forgotten"),
    "pin-locked": _("Your PIN was typed wrong five times"),
    "membership-requested": _("Somebody asks for a plan"),
    "membership-renewed": _("Your membership is renewed"),
    "membership-changed": _("Your plan changes"),
    "membership-ended": _("Your membership was ended"),
    "membership-paused": _("Your membership rests, or goes on again"),
    "membership-resumed": _("Your membership goes on"),
    "membership-overdue": _("Your membership is overdue"),
    "membership-lapsed": _("Your membership has lapsed"),
    "day-passes-given": _("You are given day passes"),
    "hold-placed": _("Something stands in your way at every machine"),
    "hold-lifted": _("What stood in your way is gone"),
    "guardian-asked": _("Somebody names you as their guardian"),
    "guardian-answered": _("Whom you named as your guardian has answered"),
    "invitation": _("You are invited to sign in"),
    "session-taken-over": _("A machine you left on was taken over"),
    "machine-fixed": _("A machine you watch is back in service"),
    "machine-free": _("A machine you watch becomes free"),
    "machine-locked-out": _("A machine is locked out"),
    "fault-reported": _("A fault is reported"),
    "device-silent": _("A device has gone silent"),
    "alarm": _("Alarms of devices"),
    "gatekeeper-gone": _("No device is heard any more"),
    "gatekeeper-back": _("Devices are heard again"),
}

WHY_FIXED: dict[str, str | Promise] = {
    "certification-revoked": _("Machines stop unlocking for you, so you hear of it at once."),
    "certification-suspended": _("Machines stop unlocking for you, so you hear of it at once."),
    "booking-at-risk": _("The time goes to others if you do nothing, so you hear of it at once."),
    "membership-ended": _("Without a membership nothing unlocks, so you hear of it in time."),
    "membership-overdue": _("Without a membership nothing unlocks, so you hear of it in time."),
    "membership-lapsed": _("Without a membership nothing unlocks, so you hear of it at once."),
    "hold-placed": _("Machines stop unlocking for you, so you hear of it at once."),
    "guardian-asked": _("Nothing unlocks for who named you before you have answered."),
    "membership-expiring": _("Without a membership nothing unlocks, so you hear of it in time."),
    "document-new": _("Unsigned, nothing unlocks after a while, so you hear of it in time."),
    "role-given": _("It lets you act for others, so you hear of it at once."),
    "role-taken": _("You can act for others no more, so you hear of it at once."),
    "second-factor-reset": _("If it was not you who asked, somebody may be after your account."),
    "pin-locked": _("If it was not you who typed, somebody may have your badge."),
    "machine-locked-out": _("Somebody could be hurt if the staff did not know."),
    "alarm": _("Somebody could be hurt if nobody looked."),
    "gatekeeper-gone": _("No machine unlocks, so you hear of it at once."),
    "gatekeeper-back": _("You were told that no machine unlocks, so you hear when it is over."),
}


def title_of(kind: str) -> str:
    """Of a kind without words of its own, its name."""
    return str(TITLES.get(kind) or capfirst(kind.replace("-", " ")))


def why_fixed(kind: str) -> str:
    return str(WHY_FIXED.get(kind, ""))
