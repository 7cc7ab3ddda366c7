"""The table itself: one row for every address. Knows no requests; answers.py makes them.

A new address needs one line in ROWS: its name, what it is about (a key of things.py), and one of
the rules below for GET and for POST. What the address does not answer to is left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Answer(StrEnum):
    OK = "yes"  # the page, or a form with what is wrong in it, or on to the result
    SIGN_IN = "sign in"
    FORBIDDEN = "403"
    HIDDEN = "404"
    WRONG = "405"  # it does not answer to that method, whoever asks


OK, SIGN_IN, FORBIDDEN, HIDDEN, WRONG = Answer

# Everything of the world stands in Northside and is Alice's. Who asks:
ROLES = {
    "stranger": "stranger",
    "owner": "member, own",
    "member": "member, other's",
    "certifier": "certifier",  # of the kind of machine that everything here is about
    "maintainer": "maintainer",
    "staff": "staff",
    "maintainer elsewhere": "maintainer of another space",
    "staff elsewhere": "staff of another space",
    "staff everywhere": "staff of all spaces",
    "admin": "admin",
}
HERE = ("staff", "staff everywhere", "admin")
DESKS = (*HERE, "staff elsewhere")

Rule = Mapping[str, Answer]


def rule(*allowed: str, else_: Answer, **others: Answer) -> Rule:
    """Who is let through; `else_` the rest, but strangers are sent to sign in; `others` by role."""
    answers = dict.fromkeys(ROLES, else_) | {"stranger": SIGN_IN} | dict.fromkeys(allowed, OK)
    return answers | {role.replace("_", " "): answer for role, answer in others.items()}


# What a row that leaves a method out means: it is refused before anybody is looked at.
NO: Rule = dict.fromkeys(("stranger", "admin"), WRONG)
EVERYBODY = dict.fromkeys(ROLES, OK)
NOBODY = rule(else_=HIDDEN)
MEMBERS = rule(else_=OK)
OWNER = rule("owner", else_=HIDDEN)
OWNER_OR_STAFF = rule("owner", *HERE, else_=HIDDEN)
STAFF = rule(*HERE, else_=HIDDEN)
CARETAKERS = rule("maintainer", *HERE, else_=HIDDEN)
A_DESK = rule(*DESKS, else_=FORBIDDEN)  # people, too: they belong to no space
A_CERTIFIER = rule("certifier", *DESKS, else_=FORBIDDEN)
ITS_CERTIFIER = rule("certifier", *DESKS, else_=HIDDEN)
OWN_OR_DESK = rule("owner", *DESKS, else_=HIDDEN)
OWN_OR_CERTIFIER = rule("owner", "certifier", *DESKS, else_=HIDDEN)
A_CARETAKER = rule("maintainer", "maintainer elsewhere", *DESKS, else_=FORBIDDEN)
# Inductions: whoever gives them, which any certifier may in any space, and the space's staff.
GIVER = rule("certifier", *HERE, else_=HIDDEN)
OWNER_OR_GIVER = rule("owner", "certifier", *HERE, else_=HIDDEN)
HOST = rule("certifier", *HERE, else_=FORBIDDEN, staff_elsewhere=HIDDEN)
ADMIN = rule("admin", "staff elsewhere", else_=FORBIDDEN)  # who is admin there
ORGANISATION = rule("staff everywhere", "admin", else_=FORBIDDEN)
# The page asks for a desk before it asks for the thing: no desk 403, another's desk 404.
THIS_DESK = rule(*HERE, else_=FORBIDDEN, staff_elsewhere=HIDDEN)
NAMED_DESK = rule(*HERE, else_=FORBIDDEN)


FOR = "member={alice}"  # on behalf of her
FOR_HERE = f"{FOR}&space=northside"


@dataclass(frozen=True, slots=True)
class Row:
    name: str  # of the URLconf
    of: str = ""  # what it is about, as in things.py; "" for what is about no one thing
    get: Rule | None = None
    post: Rule | None = None
    query: str = ""  # what the address asks for besides; `{alice}` is her public id
    writes: str = ""  # the table that a GET writes to, with good reason
    keeps: str = ""  # words that staff read there, and staff of another space do not

    def rules(self) -> dict[str, Rule]:
        return {"GET": self.get or NO, "POST": self.post or NO}

    @property
    def label(self) -> str:
        return " ".join(filter(None, (self.name, self.of, self.query)))


ROWS = [
    # notices
    Row("notices:inbox", get=MEMBERS),
    Row("notices:read", post=MEMBERS),
    Row("notices:open", "message", post=OWNER),
    Row("notices:stop", "way out of mail", get=EVERYBODY, post=EVERYBODY),
    Row("notices:wishes", get=MEMBERS, post=MEMBERS),
    # members
    Row("members:profile", get=MEMBERS, post=MEMBERS),
    Row("members:wake_roles", get=MEMBERS),
    Row("members:badge_lose", "badge", get=OWNER, post=OWNER),
    Row("members:pin_set", get=MEMBERS, post=MEMBERS),
    Row("members:pin_remove", post=MEMBERS),
    # equipment
    Row("equipment:certify", get=A_CERTIFIER, post=A_CERTIFIER),
    Row("equipment:type_list", get=ORGANISATION),
    Row("equipment:type_create", get=ORGANISATION, post=ORGANISATION),
    Row("equipment:type_change", "certification type", get=ORGANISATION, post=ORGANISATION),
    Row("equipment:attachment_add", "certification", get=ITS_CERTIFIER, post=ITS_CERTIFIER),
    Row("equipment:attachment", "attachment", get=OWN_OR_CERTIFIER),
    Row("equipment:attachment_remove", "attachment", post=ITS_CERTIFIER),
    Row("equipment:machine_set_up", "machine", get=CARETAKERS, post=CARETAKERS),
    Row("equipment:lock_out", "machine", get=CARETAKERS, post=CARETAKERS),
    Row("equipment:fault_report", "machine", get=MEMBERS, post=MEMBERS),
    Row("equipment:watch", "machine", post=MEMBERS),
    Row("equipment:unwatch", "machine", post=MEMBERS),
    Row("equipment:fault_answer", "fault", get=CARETAKERS, post=CARETAKERS),
    Row("equipment:lockout_clear", "lockout", get=CARETAKERS, post=CARETAKERS),
    # bookings: made
    Row("bookings:booking_create", "machine", get=MEMBERS, post=MEMBERS),
    Row("bookings:booking_create", "machine", get=STAFF, post=STAFF, query=FOR),
    Row("bookings:walk_up", "machine", post=MEMBERS),
    Row("bookings:series_create", "machine", get=MEMBERS, post=MEMBERS),
    Row("bookings:series_create", "machine", get=STAFF, post=STAFF, query=FOR),
    Row("bookings:group_create", "machine", get=MEMBERS, post=MEMBERS),
    Row("bookings:group_create", "machine", get=STAFF, post=STAFF, query=FOR),
    Row("bookings:any_create", "kind", get=MEMBERS, post=MEMBERS),
    Row("bookings:any_create", "kind", get=STAFF, post=STAFF, query=FOR_HERE),
    Row("bookings:booking_whom", "machine", get=STAFF),
    Row("bookings:booking_what", "person", get=A_DESK, keeps="CNC router"),
    Row("bookings:find", get=MEMBERS),
    # bookings: seen and changed
    Row("bookings:booking_list", get=MEMBERS),
    Row("bookings:booking_detail", "booking", get=OWNER_OR_STAFF),
    Row("bookings:booking_move", "booking", get=OWNER_OR_STAFF, post=OWNER_OR_STAFF),
    Row("bookings:booking_extend", "booking", get=OWNER_OR_STAFF, post=OWNER_OR_STAFF),
    Row("bookings:booking_cancel", "booking", get=OWNER_OR_STAFF, post=OWNER_OR_STAFF),
    Row("bookings:booking_check_in", "booking", post=OWNER_OR_STAFF),
    Row("bookings:booking_finish", "booking", post=OWNER_OR_STAFF),
    Row("bookings:series_detail", "series", get=OWNER_OR_STAFF),
    Row("bookings:series_move", "booking of a series", get=OWNER_OR_STAFF, post=OWNER_OR_STAFF),
    Row("bookings:series_cancel", "booking of a series", get=OWNER_OR_STAFF, post=OWNER_OR_STAFF),
    Row("bookings:group_move", "booking of a group", get=OWNER_OR_STAFF, post=OWNER_OR_STAFF),
    Row("bookings:group_cancel", "booking of a group", get=OWNER_OR_STAFF, post=OWNER_OR_STAFF),
    # bookings: asked for, handed over, waited for
    Row("bookings:request_list", get=A_DESK, keeps="Alice Meyer"),
    Row("bookings:booking_answer", "request", get=STAFF, post=STAFF),
    Row("bookings:booking_hand_over", "booking", get=OWNER_OR_STAFF, post=OWNER_OR_STAFF),
    Row("bookings:hand_over_detail", "proposal made", get=OWNER_OR_STAFF),
    Row("bookings:hand_over_detail", "proposal received", get=OWNER_OR_STAFF),
    Row("bookings:hand_over_accept", "proposal made", post=NOBODY),
    Row("bookings:hand_over_accept", "proposal received", post=OWNER),
    Row("bookings:hand_over_decline", "proposal made", post=OWNER),
    Row("bookings:hand_over_decline", "proposal received", post=OWNER),
    Row("bookings:waitlist", get=MEMBERS),
    Row("bookings:wait_create", get=MEMBERS, post=MEMBERS),
    Row("bookings:waitlist_queue", get=A_DESK, keeps="Alice Meyer"),
    Row("bookings:wait_withdraw", "wish", post=OWNER_OR_STAFF),
    Row("bookings:offer_take", "offer", get=OWNER_OR_STAFF, post=OWNER_OR_STAFF),
    Row("bookings:offer_decline", "offer", post=OWNER_OR_STAFF),
    # bookings: what is in their way
    Row("bookings:disruption_show", "disruption", get=OWNER_OR_STAFF, post=OWNER_OR_STAFF),
    Row("bookings:disruption_list", "space", get=THIS_DESK),
    Row("bookings:hours_show", "space", get=EVERYBODY),
    Row("bookings:hours_edit", "hours", get=STAFF, post=STAFF),
    Row("bookings:closure_create", "space", get=STAFF, post=STAFF),
    Row("bookings:closure_change", "closure", get=STAFF, post=STAFF),
    Row("bookings:closure_remove", "closure", get=STAFF, post=STAFF),
    Row("bookings:machine_closures", "machine", get=CARETAKERS),
    Row("bookings:machine_closure_create", "machine", get=CARETAKERS, post=CARETAKERS),
    Row("bookings:machine_closure_change", "machine closure", get=CARETAKERS, post=CARETAKERS),
    Row("bookings:machine_closure_remove", "machine closure", get=CARETAKERS, post=CARETAKERS),
    # bookings: policy
    Row("desk:join", get=MEMBERS),
    Row("desk:plan_choose", get=MEMBERS, post=MEMBERS),
    Row("desk:plans", get=ORGANISATION),
    Row("desk:plan_new", get=ORGANISATION, post=ORGANISATION),
    Row("desk:plan_edit", "plan", get=ORGANISATION, post=ORGANISATION),
    Row("desk:plan_retire", "plan", post=ORGANISATION),
    Row("desk:plan_requests", get=A_DESK),
    Row("desk:plan_confirm", "plan request", post=A_DESK),
    Row("desk:plan_decline", "plan request", get=A_DESK, post=A_DESK),
    Row("desk:person_create", get=A_DESK, post=A_DESK),
    Row("desk:invitations", get=ORGANISATION, post=ORGANISATION),
    Row("desk:document_list", get=ORGANISATION),
    Row("desk:document_new", get=ORGANISATION, post=ORGANISATION),
    Row("desk:document_write", "document", get=ORGANISATION, post=ORGANISATION),
    Row("desk:document_signers", "document", post=ORGANISATION),
    Row("desk:document_show", "version", get=MEMBERS),
    Row("desk:signing", get=MEMBERS),
    Row("desk:document_sign", "document to sign", get=OWNER, post=OWNER),
    Row("desk:guardian_name", get=MEMBERS, post=MEMBERS),
    Row("desk:guardian_withdraw", post=MEMBERS),
    Row("desk:guardian_request", "guardian request", get=EVERYBODY),
    Row("desk:guardian_confirm", "guardian request", post=MEMBERS),
    Row("desk:guardian_decline", "guardian request", post=EVERYBODY),
    Row("desk:paper_sign", "document to sign", get=A_DESK, post=A_DESK),
    Row("bookings:policy_show", "kind", get=EVERYBODY),
    Row("bookings:policy_edit", "kind", get=ORGANISATION, post=ORGANISATION),
    Row("bookings:limits_edit", get=ORGANISATION, post=ORGANISATION),
    # training
    Row("training:induction_list", get=MEMBERS),
    Row("training:induction_detail", "induction", get=MEMBERS),
    Row("training:induction_create", get=A_CERTIFIER, post=A_CERTIFIER),
    Row("training:induction_create", get=HOST, post=HOST, query="space=northside"),
    Row("training:induction_change", "induction", get=GIVER, post=GIVER),
    Row("training:induction_cancel", "induction", get=GIVER, post=GIVER),
    Row("training:attendance", "induction", post=GIVER),
    Row("training:sign_up", "induction", post=MEMBERS),
    Row("training:sign_up_other", "induction", post=GIVER),
    Row("training:withdraw", "place at an induction", post=OWNER_OR_GIVER),
    Row("training:matrix", get=A_DESK),
    Row("training:matrix_file", get=A_DESK),
    Row("training:theory_list", get=MEMBERS),
    Row("training:theory_test", "theory", get=MEMBERS),
    Row("training:theory_begin", "theory", post=MEMBERS),
    Row("training:theory_attempt", "sitting of a test", get=OWNER, post=OWNER),
    Row("training:theory_bank", "theory", get=ITS_CERTIFIER),
    Row("training:theory_preview", "theory", get=ITS_CERTIFIER),
    Row("training:theory_setting", "theory", get=ITS_CERTIFIER, post=ITS_CERTIFIER),
    Row("training:theory_paste", "theory", get=ITS_CERTIFIER, post=ITS_CERTIFIER),
    Row("training:theory_publish", "theory", post=ITS_CERTIFIER),
    Row("training:theory_paper", "theory", get=ITS_CERTIFIER, post=ITS_CERTIFIER),
    Row("training:question_create", "theory", get=ITS_CERTIFIER, post=ITS_CERTIFIER),
    Row("training:question_replace", "question", get=ITS_CERTIFIER, post=ITS_CERTIFIER),
    Row("training:question_retire", "question", post=ITS_CERTIFIER),
    # access
    Row("access:devices", get=A_CARETAKER, keeps="router-box"),
    Row("access:device_create", get=A_DESK, post=A_DESK, keeps="northside"),
    Row("access:firmware", get=A_DESK),
    Row("access:device_attach", "device", get=THIS_DESK, post=THIS_DESK),
    Row("access:device_credential", "device", post=THIS_DESK),
    Row("access:device_relay_test", "device", post=THIS_DESK),
    Row("access:device_alone", "device", post=THIS_DESK),
    Row("access:alarm_seen", "alarm", post=CARETAKERS),
    Row("access:device_signing", "device", post=THIS_DESK),
    Row("access:device_revoke", "device", get=THIS_DESK, post=THIS_DESK),
    Row("access:badge_format", "device", get=THIS_DESK, post=THIS_DESK),
    Row("access:maintenance", "machine", get=CARETAKERS, post=CARETAKERS),
    Row("access:maintenance_withdraw", "leave to mend", post=CARETAKERS),
    Row("access:sensing", "machine", get=CARETAKERS, post=CARETAKERS),
    Row("access:risk", "kind", get=ORGANISATION, post=ORGANISATION),
    Row("access:doors", get=A_DESK, keeps="Front door"),
    Row("access:door_create", get=A_DESK, post=A_DESK, keeps="northside"),
    Row("access:door_edit", "door", get=THIS_DESK, post=THIS_DESK),
    Row("access:door_hours", "door's hours", get=THIS_DESK, post=THIS_DESK),
    Row("access:door_remove", "door", post=THIS_DESK),
    Row("access:peripheral_create", get=A_DESK, post=A_DESK, keeps="air-box"),
    Row("access:peripheral_edit", "extractor", get=THIS_DESK, post=THIS_DESK),
    Row("access:peripheral_remove", "extractor", post=THIS_DESK),
    Row("access:enrol", get=A_DESK, keeps="04A2"),
    Row("access:enrol_assign", "new badge", get=THIS_DESK, post=THIS_DESK),
    # calendars
    Row("calendars:subscription", get=MEMBERS),
    Row("calendars:subscription_create", get=MEMBERS, post=MEMBERS),
    Row("calendars:subscription_show", "feed", get=OWNER),
    Row("calendars:subscription_renew", "feed", post=OWNER),
    Row("calendars:subscription_revoke", "feed", post=OWNER),
    Row("calendars:subscription_show", "public feed", get=STAFF),
    Row("calendars:subscription_renew", "public feed", post=STAFF),
    Row("calendars:subscription_revoke", "public feed", post=STAFF),
    Row("calendars:invitations_start", post=MEMBERS),
    Row("calendars:invitations_stop", post=MEMBERS),
    Row("calendars:public", get=A_DESK, keeps="CNC router"),
    Row("calendars:public_create", get=A_DESK, post=A_DESK, keeps="CNC router"),
    Row("calendars:feed", "address of a feed", get=EVERYBODY, writes="calendars_feed"),
    Row("calendars:busy_list", "space", get=THIS_DESK),
    Row("calendars:busy_create", "space", get=THIS_DESK, post=THIS_DESK),
    Row("calendars:busy_refresh", "outside calendar", post=THIS_DESK),
    Row("calendars:busy_remove", "outside calendar", get=THIS_DESK, post=THIS_DESK),
    # desk: for everybody
    Row("desk:home", get=MEMBERS),
    Row("desk:board", get=EVERYBODY),
    Row("desk:machines", get=EVERYBODY),
    Row("desk:machine", "machine", get=EVERYBODY),
    Row("desk:machine_week", "machine", get=EVERYBODY),
    Row("desk:live", get=EVERYBODY),
    # desk: for those who work there
    Row("desk:front", get=A_DESK, keeps="CNC router"),
    Row("desk:front", get=NAMED_DESK, query="space=northside"),
    Row("desk:labels", get=A_CARETAKER),
    Row("desk:people", get=A_DESK),
    Row("desk:person", "person", get=A_DESK),
    Row("desk:own_data", get=MEMBERS),
    Row("desk:own_takeout", get=MEMBERS),
    Row("desk:own_erase", get=MEMBERS, post=MEMBERS),
    Row("desk:takeout_of", "person", post=ORGANISATION),
    Row("desk:erase_of", "person", get=ORGANISATION, post=ORGANISATION),
    Row("desk:roles", "person", get=ADMIN, post=ADMIN),
    Row("desk:role_take", "role", post=ADMIN),
    Row("desk:second_factor_reset", "person", post=ADMIN),
    Row("desk:guardian_set", "person", get=A_DESK, post=A_DESK),
    Row("desk:hold_place", "person", get=A_DESK, post=A_DESK),
    Row("desk:badge_issue", "person", get=A_DESK, post=A_DESK),
    Row("desk:membership_start", "person", get=A_DESK, post=A_DESK),
    Row("desk:certification", "certification", get=OWN_OR_CERTIFIER),
    Row("desk:certification_suspend", "certification", get=ITS_CERTIFIER, post=ITS_CERTIFIER),
    Row("desk:certification_revoke", "certification", get=ITS_CERTIFIER, post=ITS_CERTIFIER),
    Row("desk:suspension_lift", "suspension", post=ITS_CERTIFIER),
    Row("desk:my_membership", get=MEMBERS),
    Row("desk:membership_renew", "membership", get=OWN_OR_DESK, post=OWN_OR_DESK),
    Row("desk:membership_end", "membership", get=OWN_OR_DESK, post=OWN_OR_DESK),
    Row("desk:membership_change", "membership", get=OWN_OR_DESK, post=OWN_OR_DESK),
    Row("desk:membership_pause", "membership", get=OWN_OR_DESK, post=OWN_OR_DESK),
    Row("desk:membership_take_back", "membership", get=OWN_OR_DESK, post=OWN_OR_DESK),
    Row("desk:pause_end", "pause", get=OWN_OR_DESK, post=OWN_OR_DESK),
    Row("desk:day_passes", "person", get=A_DESK, post=A_DESK),
    Row("desk:day_pass_use", "day pass", get=OWN_OR_DESK, post=OWN_OR_DESK),
    Row("desk:day_take_back", "chosen day", get=OWN_OR_DESK, post=OWN_OR_DESK),
    Row("desk:guests", get=A_DESK),
    Row("desk:guest_sign_in", post=MEMBERS),
    Row("desk:guest_sign_out", "guest", post=OWNER_OR_STAFF),
    Row("desk:hold_lift", "hold", post=A_DESK),
    Row("desk:badge_revoke", "badge", post=A_DESK),
    Row("desk:pin_remove", "person", post=A_DESK),
    Row("desk:letters", get=A_DESK),
    Row("desk:letter", "letter", get=A_DESK),
    Row("desk:letter_html", "letter", get=A_DESK),
    Row("desk:outbox", get=A_DESK),
    Row("desk:message_again", "message", post=A_DESK),
    Row("desk:message_drop", "message", post=A_DESK),
]
