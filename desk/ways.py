"""The steps to a certification in words, each with where it is taken; judges nothing."""

from dataclasses import dataclass
from datetime import datetime, tzinfo

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from desk.when import moment_words
from equipment.models import Level
from training.ways import Exam, Kind, Session, Way


@dataclass(frozen=True, slots=True)
class Told:
    """One step: what it is, how it stands, and the one link."""

    title: str
    text: str
    url: str = ""
    label: str = ""


def way_words(way: Way, now: datetime, zone: tzinfo) -> Told:
    if way.kind == Kind.THEORY and way.exam is not None:
        return _theory(way, way.exam, now, zone)
    if way.kind == Kind.SUSPENDED:
        text = _("It is suspended for you. Talk to staff; they lift it when the matter is settled.")
        return Told(way.name, text)
    if way.session is not None:
        return _session(way, way.session, now, zone)
    return Told(_title(way), *_nothing_planned(way))


def short_words(way: Way, now: datetime, zone: tzinfo) -> str:
    """The step in a few words, as part of a sentence: “theory test”, “induction Wed 17:00”."""
    if way.kind == Kind.THEORY:
        return _("theory test “%s”") % way.name
    if way.session is None:
        return _("“%s” with staff") % way.name
    told = {"name": way.name, "when": moment_words(way.session.starts, now, zone)}
    if way.kind == Kind.REFRESHER:
        return _("refresher “%(name)s” %(when)s") % told
    return _("induction “%(name)s” %(when)s") % told


def _theory(way: Way, exam: Exam, now: datetime, zone: tzinfo) -> Told:
    title = _("Theory of “%s”") % way.name
    if exam.open_id:
        url = reverse("training:theory_attempt", args=[exam.open_id])
        return Told(title, _("You are in the middle of the test."), url, _("Go on with it"))
    url = reverse("training:theory_test", args=[way.type])
    if exam.again is not None:
        text = _("You may try again %s.") % moment_words(exam.again, now, zone)
        return Told(title, text, url, _("What it asks"))
    text = _("Sit the test on your phone, whenever you like.")
    return Told(title, text, url, _("Sit the theory test"))


def _session(way: Way, session: Session, now: datetime, zone: tzinfo) -> Told:
    when = moment_words(session.starts, now, zone)
    url = reverse("training:induction_detail", args=[session.id])
    if session.has_place:
        return Told(_title(way), _("You have signed up."), url, _("Your induction: %s") % when)
    if way.kind == Kind.REFRESHER:
        label = _("Next refresher: %s") % when
    else:
        label = _("Next induction: %s") % when
    return Told(_title(way), _seats(way, session), url, label)


def _seats(way: Way, session: Session) -> str:
    if session.left <= 0:
        seats = _("It is full; you may wait for a seat.")
    else:
        words = ngettext("%d seat left.", "%d seats left.", session.left)
        seats = words % session.left
    if way.kind == Kind.REFRESHER:
        return " ".join([_("You held it not long ago, so a refresher is enough."), seats])
    return seats


def _nothing_planned(way: Way) -> tuple[str, str, str]:
    url = f"{reverse('training:induction_list')}?gives={way.type}"
    if way.kind == Kind.STAFF or way.level >= Level.MAY_CERTIFY:
        return _("Ask staff what it takes."), "", ""
    return _("None is planned yet. Ask staff for the next one."), url, _("Its inductions")


def _title(way: Way) -> str:
    if way.kind == Kind.REFRESHER:
        return _("Refresher: %s") % way.name
    if way.kind == Kind.INDUCTION:
        return _("Induction: %s") % way.name
    return way.name
