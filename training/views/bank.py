"""Whoever may give a certification writes its theory test. Everybody else gets 404."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings.errors import Refused
from bookings.responses import posted
from equipment.models import CertificationType
from equipment.services import Uncertifiable
from equipment.services.theory import record_theory
from equipment.words import Told, tell
from members.requests import MemberRequest
from members.zones import at_home
from training import permissions
from training.drafts import parse
from training.forms.theory import (
    PaperForm,
    PasteForm,
    QuestionForm,
    SettingForm,
    as_asked,
    as_it_is,
)
from training.models import TheoryTest
from training.pages import theory as pages
from training.services import question_bank

read_or_change = require_http_methods(["GET", "HEAD", "POST"])
Made = TypeVar("Made")


@require_safe
@login_required
@at_home
def bank(request: MemberRequest, slug: str) -> HttpResponse:
    type = permissions.type_to_examine(request.user, slug, timezone.now())
    return _bank(request, type)


@require_safe
@login_required
def preview(request: MemberRequest, slug: str) -> HttpResponse:
    """What somebody who begins now might see, drawn anew each time."""
    test = _test(request, slug)
    shown = {"test": test, "rows": pages.specimen(test, random.SystemRandom())}
    return render(request, "training/theory_preview.html", shown)


@read_or_change
@login_required
def setting(request: MemberRequest, slug: str) -> HttpResponse:
    """How the test is sat; the first time it is made."""
    type, now = permissions.type_to_examine(request.user, slug, timezone.now()), timezone.now()
    initial = as_it_is(TheoryTest.objects.filter(type=type).first() or TheoryTest())
    form = SettingForm(posted(request), initial=initial)
    made, refusals = _attempt(
        form,
        lambda: question_bank.set_up_test(
            type=type, setting=form.setting(), by=request.user, now=now
        ),
    )
    if made is not None:
        messages.success(request, _("Saved. It counts for whoever begins from now on."))
        return redirect("training:theory_bank", slug)
    shown = {"form": form, "refusals": refusals, "type": type}
    return render(request, "training/theory_setting.html", shown)


@read_or_change
@login_required
def question_create(request: MemberRequest, slug: str) -> HttpResponse:
    test, form = _test(request, slug), QuestionForm(posted(request))
    made, refusals = _attempt(
        form,
        lambda: question_bank.write_questions(
            test=test, drafts=[form.draft()], by=request.user, now=timezone.now()
        ),
    )
    if made is not None:
        messages.success(request, _("Written."))
        return redirect("training:theory_bank", slug)
    shown = {"form": form, "refusals": refusals, "type": test.type}
    return render(request, "training/theory_question.html", shown)


@read_or_change
@login_required
def question_replace(request: MemberRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    question = permissions.question_to_write(request.user, pk, now)
    form = QuestionForm(posted(request), initial=as_asked(question))
    made, refusals = _attempt(
        form,
        lambda: question_bank.replace_question(
            question=question, draft=form.draft(), by=request.user, now=now
        ),
    )
    type = question.test.type
    if made is not None:
        messages.success(request, _("From now on this is asked instead."))
        return redirect("training:theory_bank", type.slug)
    shown = {"form": form, "refusals": refusals, "type": type, "question": question}
    return render(request, "training/theory_question.html", shown)


@require_POST
@login_required
@at_home
def question_retire(request: MemberRequest, pk: int) -> HttpResponse:
    now = timezone.now()
    question = permissions.question_to_write(request.user, pk, now)
    act = question_bank.retire_question
    by, words = request.user, _("It is asked no more.")
    return _done(request, question.test.type, lambda: act(question=question, by=by, now=now), words)


@read_or_change
@login_required
def paste(request: MemberRequest, slug: str) -> HttpResponse:
    """Many questions at once, all or none."""
    test, form = _test(request, slug), PasteForm(posted(request))
    made, refusals = _attempt(
        form,
        lambda: question_bank.write_questions(
            test=test,
            drafts=parse(form.cleaned_data["text"]),
            by=request.user,
            now=timezone.now(),
        ),
    )
    if made is not None:
        words = ngettext("%d question is written.", "%d questions are written.", len(made))
        messages.success(request, words % len(made))
        return redirect("training:theory_bank", slug)
    shown = {"form": form, "refusals": refusals, "type": test.type}
    return render(request, "training/theory_paste.html", shown)


@require_POST
@login_required
@at_home
def publish(request: MemberRequest, slug: str) -> HttpResponse:
    """Ask it from now on, or with `do` withdraw ask it no more."""
    test, by, now = _test(request, slug), request.user, timezone.now()
    if request.POST.get("do") == "withdraw":
        withdraw, words = question_bank.withdraw_test, _("Nobody is asked any more.")
        return _done(request, test.type, lambda: withdraw(test=test, by=by, now=now), words)
    words = _("Published. Whoever wants this certification passes the test first.")
    act = question_bank.publish_test
    return _done(request, test.type, lambda: act(test=test, by=by, now=now), words)


@read_or_change
@login_required
@at_home
def paper(request: MemberRequest, slug: str) -> HttpResponse:
    """Write down that somebody passed on paper."""
    now = timezone.now()
    type = permissions.type_to_examine(request.user, slug, now)
    form = PaperForm(posted(request), initial={"member": request.GET.get("who", "")})
    if request.method == "POST" and form.is_valid():
        try:
            passed = record_theory(
                member=form.cleaned_data["member"],
                type=type,
                by=request.user,
                now=now,
                until=form.until or _usual_end(type, now),
            )
        except Uncertifiable as error:
            form.add_error("member", str(error))
        else:
            told = {"name": passed.member.name, "certification": type.name}
            words = _("%(name)s has passed the theory of “%(certification)s”.") % told
            messages.success(request, words)
            return redirect("training:theory_paper", slug)
    return render(request, "training/theory_paper.html", {"form": form, "type": type})


def _test(request: MemberRequest, slug: str) -> TheoryTest:
    """The test of what the address names, once its terms are set."""
    type = permissions.type_to_examine(request.user, slug, timezone.now())
    return get_object_or_404(TheoryTest.objects.select_related("type"), type=type)


def _bank(
    request: MemberRequest, type: CertificationType, refusals: list[Told] | None = None
) -> HttpResponse:
    test = TheoryTest.objects.select_related("type").filter(type=type).first()
    entries, retired = pages.bank(test) if test else ([], [])
    shown: dict[str, Any] = {
        "type": type,
        "test": test,
        "entries": entries,
        "retired": retired,
        "refusals": refusals,
        "left": max(test.asked - len(entries), 0) if test else 0,
    }
    return render(request, "training/theory_bank.html", shown)


def _done(
    request: MemberRequest, type: CertificationType, act: Callable[[], object], words: str
) -> HttpResponse:
    """A button of the bank: back to it, with what became of it."""
    try:
        act()
    except Refused as refused:
        return _bank(request, type, _told(refused))
    messages.success(request, words)
    return redirect("training:theory_bank", type.slug)


def _attempt(form: Form, act: Callable[[], Made]) -> tuple[Made | None, list[Told]]:
    """What became of a form: what it made, or every reason against it."""
    if not form.is_valid():
        return None, []
    try:
        return act(), []
    except Refused as refused:
        return None, _told(refused)


def _told(refused: Refused) -> list[Told]:
    """In words; of a pasted text, each begins with its line."""
    zone = timezone.get_current_timezone()
    told = [(reason.params.get("line"), tell(reason, zone)) for reason in refused.reasons]
    return [
        replace(words, text=_("Line %(line)d: %(text)s") % {"line": line, "text": words.text})
        if line
        else words
        for line, words in told
    ]


def _usual_end(type: CertificationType, now: datetime) -> datetime | None:
    """As long as the test itself says."""
    days = TheoryTest.objects.filter(type=type).values_list("valid_days", flat=True).first()
    return now + timedelta(days=days) if days else None
