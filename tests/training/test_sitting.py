"""A theory test from its bank to the pass it leaves; each service leaves one Change."""

import random
from datetime import timedelta

import pytest

from bookings.errors import Refused
from equipment.models import TheoryPass
from equipment.services import Uncertifiable
from equipment.services.theory import record_theory
from members.models import Change
from tests.people import NOW
from tests.training.people import DAY, HOUR, codes
from tests.training.theory import a_test, right_places, some_drafts, wrong_places
from training.drafts import Draft
from training.models import TheoryAttempt
from training.services import question_bank, sitting

MINUTE = timedelta(minutes=1)


def changes(verb):
    return Change.objects.filter(verb=verb).count()


def begin(test, member, now=NOW):
    return sitting.begin_test(test=test, member=member, now=now, chance=random.Random(7))


def finish(attempt, sent, now=NOW + MINUTE):
    return sitting.finish_test(attempt=attempt, sent=sent, now=now)


# --- writing ---------------------------------------------------------------------------------


def test_a_test_is_published_once_its_bank_has_as_many_questions_as_it_asks(world, certifier):
    test = a_test(world, certifier, questions=2, asked=3, publish=False)
    with pytest.raises(Refused) as error:
        question_bank.publish_test(test=test, by=certifier, now=NOW)
    assert codes(error) == ["too-few-questions"]
    question_bank.write_questions(test=test, drafts=some_drafts(1), by=certifier, now=NOW)
    question_bank.publish_test(test=test, by=certifier, now=NOW)
    world.certification.refresh_from_db()
    assert world.certification.needs_theory
    assert changes("publish_theory") == changes("ask_for_theory") == 1


def test_a_withdrawn_test_is_asked_of_nobody(world, certifier):
    test = a_test(world, certifier)
    question_bank.withdraw_test(test=test, by=certifier, now=NOW)
    world.certification.refresh_from_db()
    assert not world.certification.needs_theory
    with pytest.raises(Refused) as error:
        begin(test, world.charlie)
    assert codes(error) == ["theory-not-asked"]


def test_of_several_drafts_all_are_written_or_none(world, certifier):
    test = a_test(world, certifier, questions=2, asked=2)
    (good,) = some_drafts(1)
    with pytest.raises(Refused) as error:
        drafts = [good, Draft("", (), frozenset())]
        question_bank.write_questions(test=test, drafts=drafts, by=certifier, now=NOW)
    assert codes(error) == ["question-without-text", "question-choices", "question-without-right"]
    assert test.questions.count() == 2


def test_a_published_test_keeps_as_many_questions_as_it_asks(world, certifier):
    test = a_test(world, certifier, questions=2, asked=2)
    question = test.questions.first()
    with pytest.raises(Refused) as error:
        question_bank.retire_question(question=question, by=certifier, now=NOW)
    assert codes(error) == ["too-few-questions"]
    with pytest.raises(Refused):
        setting = question_bank.Setting(asked=3)
        question_bank.set_up_test(type=world.certification, setting=setting, by=certifier, now=NOW)


def test_a_replaced_question_stays_what_it_was_for_whoever_was_asked_it(world, certifier):
    test = a_test(world, certifier, questions=2, asked=2)
    attempt = begin(test, world.charlie)
    question = test.questions.first()
    (draft,) = some_drafts(1)
    new = question_bank.replace_question(question=question, draft=draft, by=certifier, now=NOW)
    question.refresh_from_db()
    assert question.retired_at == NOW and new.retired_at is None
    assert finish(attempt, right_places(attempt)).passed
    with pytest.raises(Refused) as error:
        question_bank.replace_question(question=question, draft=draft, by=certifier, now=NOW)
    assert codes(error) == ["question-retired"]


# --- sitting ---------------------------------------------------------------------------------


def test_whoever_answers_enough_passes_and_it_is_written_down_once(world, certifier):
    test = a_test(world, certifier, valid_days=365)
    attempt = begin(test, world.charlie)
    done = finish(attempt, right_places(attempt))
    again = finish(attempt, wrong_places(attempt))
    assert done.passed and again.passed and done.right == again.right == 3
    held = TheoryPass.objects.get(member=world.charlie)
    assert held.until == NOW + MINUTE + 365 * DAY and held.given_by is None
    assert changes("begin_theory") == changes("finish_theory") == changes("pass_theory") == 1


def test_the_pass_mark_is_the_one_that_stood_when_it_began(world, certifier):
    test = a_test(world, certifier, pass_percent=34)  # 2 of 3
    attempt = begin(test, world.charlie)
    setting = question_bank.Setting(asked=3, pass_percent=100)
    question_bank.set_up_test(type=world.certification, setting=setting, by=certifier, now=NOW)
    sent = dict(list(right_places(attempt).items())[:2])
    assert finish(attempt, sent).passed


def test_what_was_kept_is_there_after_a_reload_and_from_another_tab(world, certifier):
    attempt = begin(a_test(world, certifier), world.charlie)
    first, second, third = right_places(attempt).items()
    sitting.answer_test(attempt=attempt, sent=dict([first]), now=NOW)
    sitting.answer_test(attempt=attempt, sent=dict([second]), now=NOW)  # knows of no first
    again = begin(attempt.test, world.charlie, NOW + MINUTE)
    assert again == attempt and len(again.answers) == 2
    assert finish(attempt, dict([third])).right == 3


def test_sent_too_late_what_was_kept_before_counts(world, certifier):
    attempt = begin(a_test(world, certifier), world.charlie)
    first, *rest = right_places(attempt).items()
    sitting.answer_test(attempt=attempt, sent=dict([first]), now=NOW)
    late = finish(attempt, dict(rest), now=attempt.closes_at)
    assert late.right == 1 and not late.passed
    assert late.finished_at == attempt.closes_at


def test_whoever_goes_away_with_enough_kept_passes_when_the_time_is_up(world, certifier):
    attempt = begin(a_test(world, certifier), world.charlie)
    sitting.answer_test(attempt=attempt, sent=right_places(attempt), now=NOW)
    assert sitting.finish_due(now=attempt.closes_at - MINUTE) == 0
    assert sitting.finish_due(now=attempt.closes_at + DAY) == 1
    attempt.refresh_from_db()
    assert attempt.passed and attempt.finished_at == attempt.closes_at


def test_one_tries_again_after_the_delay_with_what_is_drawn_then(world, certifier):
    test = a_test(world, certifier, retake_minutes=60)
    failed = finish(begin(test, world.charlie), {})
    with pytest.raises(Refused) as error:
        begin(test, world.charlie, NOW + 30 * MINUTE)
    assert codes(error) == ["theory-too-soon"]
    assert error.value.reasons[0].params["again"] == NOW + MINUTE + HOUR
    assert begin(test, world.charlie, NOW + MINUTE + HOUR) != failed


def test_time_that_is_up_is_marked_even_where_no_new_one_may_begin(world, certifier):
    test = a_test(world, certifier)
    attempt = begin(test, world.charlie)
    sitting.answer_test(attempt=attempt, sent=right_places(attempt), now=NOW)
    with pytest.raises(Refused) as error:
        begin(test, world.charlie, attempt.closes_at)
    assert codes(error) == ["theory-passed"]
    assert TheoryPass.objects.filter(member=world.charlie).count() == 1


def test_a_pass_that_is_about_to_end_is_made_new(world, certifier):
    test = a_test(world, certifier, valid_days=365)
    passed = finish(begin(test, world.charlie), right_places(begin(test, world.charlie)))
    ends = passed.finished_at + 365 * DAY
    with pytest.raises(Refused):
        begin(test, world.charlie, ends - 31 * DAY)
    assert begin(test, world.charlie, ends - 29 * DAY).finished_at is None


def test_a_clock_set_back_marks_nothing_twice(world, certifier):
    attempt = begin(a_test(world, certifier), world.charlie)
    finish(attempt, {}, now=attempt.closes_at + DAY)
    late = finish(attempt, right_places(attempt), now=NOW - DAY)
    assert not late.passed and late.right == 0


def test_each_member_sits_their_own(world, certifier):
    test = a_test(world, certifier)
    assert begin(test, world.charlie) != begin(test, world.bob)
    assert TheoryAttempt.objects.count() == 2


# --- on paper --------------------------------------------------------------------------------


def test_a_pass_on_paper_is_seen_by_somebody_who_may_certify(world, certifier):
    given = {"type": world.certification, "now": NOW}
    passed = record_theory(member=world.charlie, by=certifier, **given)
    assert passed.given_by == certifier and changes("pass_theory") == 1
    for member, by in [(certifier, certifier), (world.charlie, world.bob)]:
        with pytest.raises(Uncertifiable):
            record_theory(member=member, by=by, **given)
    with pytest.raises(Uncertifiable):
        record_theory(member=world.bob, by=certifier, until=NOW, **given)
