"""The Changes about one person, as lines: who did what, when. Reads the record, words it."""

from collections.abc import Iterable
from datetime import datetime, tzinfo
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from desk.when import moment_words
from members.models import Change, Member

MOST = 30
TOLD = ("reason", "why", "note", "plan", "machine_name", "type", "document", "role", "file")

VERBS = {
    "book": gettext_lazy("booked"),
    "move": gettext_lazy("moved a booking"),
    "extend": gettext_lazy("extended a booking"),
    "cancel": gettext_lazy("cancelled a booking"),
    "book_series": gettext_lazy("booked a series"),
    "change_series": gettext_lazy("moved a series"),
    "cancel_series": gettext_lazy("cancelled a series"),
    "check_in": gettext_lazy("checked in"),
    "finish": gettext_lazy("finished"),
    "walk_up": gettext_lazy("started without a booking"),
    "lapse": gettext_lazy("let a booking lapse"),
    "certify": gettext_lazy("certified"),
    "revoke_certification": gettext_lazy("took a certification back"),
    "suspend_certification": gettext_lazy("suspended a certification"),
    "lift_suspension": gettext_lazy("lifted a suspension"),
    "attach": gettext_lazy("added a file"),
    "remove_attachment": gettext_lazy("removed a file"),
    "make_certification_type": gettext_lazy("made a kind of certification"),
    "change_certification_type": gettext_lazy("changed a kind of certification"),
    "lock_out": gettext_lazy("locked a machine out"),
    "clear_lockout": gettext_lazy("cleared a lockout"),
    "set_policy": gettext_lazy("changed a policy"),
    "set_limit": gettext_lazy("set a limit"),
    "remove_limit": gettext_lazy("removed a limit"),
    "set_shared": gettext_lazy("said what machines share"),
    "remove_shared": gettext_lazy("freed machines of what they shared"),
    "set_up_machine": gettext_lazy("set a machine up"),
    "set_sensing": gettext_lazy("said how a machine knows that a job runs"),
    "set_risk": gettext_lazy("said how dangerous a kind of machine is"),
    "report_fault": gettext_lazy("reported a fault"),
    "issue_badge": gettext_lazy("issued a badge"),
    "revoke_badge": gettext_lazy("revoked a badge"),
    "set_pin": gettext_lazy("set a PIN"),
    "change_pin": gettext_lazy("changed the PIN"),
    "remove_pin": gettext_lazy("removed the PIN"),
    "set_badge_format": gettext_lazy("said how a reader sends numbers"),
    "set_parts": gettext_lazy("said what a reader is made of"),
    "grant_maintenance": gettext_lazy("let somebody mend a machine"),
    "withdraw_maintenance": gettext_lazy("took leave to mend back"),
    "place_hold": gettext_lazy("placed a hold"),
    "lift_hold": gettext_lazy("lifted a hold"),
    "start_membership": gettext_lazy("started a membership"),
    "end_membership": gettext_lazy("ended a membership"),
    "renew_membership": gettext_lazy("renewed a membership"),
    "change_plan": gettext_lazy("changed the plan"),
    "take_back_membership": gettext_lazy("took a membership back before it began"),
    "pause_membership": gettext_lazy("let a membership rest"),
    "end_pause": gettext_lazy("ended a pause"),
    "give_day_passes": gettext_lazy("gave day passes"),
    "use_day_pass": gettext_lazy("used a day pass"),
    "take_back_day": gettext_lazy("kept a day pass for another day"),
    "take_back_pass": gettext_lazy("took a day pass back"),
    "sign_in_guest": gettext_lazy("signed a guest in"),
    "sign_out_guest": gettext_lazy("signed a guest out"),
    "make_plan": gettext_lazy("made a plan"),
    "set_plan": gettext_lazy("changed what a plan grants"),
    "retire_plan": gettext_lazy("retired a plan"),
    "bring_back_plan": gettext_lazy("brought a plan back"),
    "disrupt": gettext_lazy("asked for another choice of a booking"),
    "pass_on": gettext_lazy("passed a booking on to others"),
    "choose_plan": gettext_lazy("asked for a plan"),
    "decline_plan": gettext_lazy("declined a plan"),
    "set_joining": gettext_lazy("said how one joins a plan"),
    "invite": gettext_lazy("invited"),
    "publish_version": gettext_lazy("published a version"),
    "say_who_signs": gettext_lazy("said whether a guardian signs a document for minors"),
    "ask_to_sign": gettext_lazy("asked for a signature"),
    "sign": gettext_lazy("signed"),
    "register_device": gettext_lazy("added a device"),
    "issue_credential": gettext_lazy("made a credential for a device"),
    "test_relay": gettext_lazy("tested a relay"),
    "attach_device": gettext_lazy("attached a device"),
    "detach_device": gettext_lazy("took a device off its machine"),
    "revoke_device": gettext_lazy("revoked a device"),
    "see_alarm": gettext_lazy("said that they have seen an alarm"),
    "add_door": gettext_lazy("added a door"),
    "change_door": gettext_lazy("changed a door"),
    "remove_door": gettext_lazy("removed a door"),
    "set_door_hours": gettext_lazy("set the hours of a door"),
    "add_peripheral": gettext_lazy("let something run with machines"),
    "change_peripheral": gettext_lazy("changed what runs with machines"),
    "remove_peripheral": gettext_lazy("removed what ran with machines"),
    "make_member": gettext_lazy("made this account"),
    "sign_up": gettext_lazy("signed up"),
    "confirm_address": gettext_lazy("confirmed the mail address"),
    "give_role": gettext_lazy("gave a role"),
    "take_role": gettext_lazy("took a role back"),
    "reset_second_factor": gettext_lazy("had passkeys and app forgotten"),
    "set_guardian": gettext_lazy("said who signs for this person"),
    "name_guardian": gettext_lazy("named a guardian"),
    "decline_guardianship": gettext_lazy("heard no from whom they named as their guardian"),
    "set_aside_signature": gettext_lazy("set aside what a minor had signed alone"),
    "come_of_age": gettext_lazy("signs alone from here on, being of age"),
    "hand_out_data": gettext_lazy("downloaded all there is about this person"),
    "erase": gettext_lazy("had this person forgotten"),
    "make_admin": gettext_lazy("made this person an administrator"),
}


def changes_of(person: Member, now: datetime, zone: tzinfo) -> list[dict[str, Any]]:
    """The newest changes by or for this person."""
    return [line(change, now, zone) for change in about(person)[:MOST]]


def changes_to(subjects: Iterable[Model], now: datetime, zone: tzinfo) -> list[dict[str, Any]]:
    """The newest changes to any of these things."""
    wanted = Q(pk__in=())
    for subject in subjects:
        wanted |= Q(subject_kind=subject._meta.label, subject_id=subject.pk)
    rows = Change.objects.filter(wanted).select_related("actor").order_by("-at", "-pk")
    return [line(change, now, zone) for change in rows[:MOST]]


def about(person: Member) -> "QuerySet[Change]":
    rows = Change.objects.filter(Q(actor=person) | Q(on_behalf_of=person))
    return rows.select_related("actor").order_by("-at", "-pk")


def line(change: Change, now: datetime, zone: tzinfo) -> dict[str, Any]:
    who = change.actor.name if change.actor else _("Benchkey")
    what = VERBS.get(change.verb) or change.verb.replace("_", " ")
    return {
        "when": moment_words(change.at, now, zone),
        "text": _("%(who)s %(what)s") % {"who": who, "what": what},
        "detail": details(change.after),
    }


def details(after: dict[str, Any]) -> str:
    """The words of what was written, where it has any: a reason, a note, a plan."""
    told = (after.get(name) for name in TOLD)
    return ", ".join(str(value) for value in told if value)
