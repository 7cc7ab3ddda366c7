"""The pages of theory tests: each works, gives nothing away, and denies whom it should."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from equipment.models import TheoryPass
from tests.people import NOW
from tests.training.theory import a_test, as_sent, right_places
from training.drafts import Draft
from training.models import TheoryAttempt, TheoryTest
from training.services import question_bank, sitting

TEST, BANK = "/theory/cnc/", "/theory/cnc/bank/"


@pytest.fixture(autouse=True)
def at_noon():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cnc(world, certifier):
    return a_test(world, certifier, introduction="Read the card on the wall.")


@pytest.fixture
def charlie(world, client):
    client.force_login(world.charlie)
    return client


@pytest.fixture
def writer(certifier, client):
    client.force_login(certifier)
    return client


def begun(test, member):
    return sitting.begin_test(test=test, member=member, now=NOW)


def page_of(attempt):
    return reverse("training:theory_attempt", args=[attempt.public_id])


def words(response):
    return response.content.decode()


# --- sitting ---------------------------------------------------------------------------------


def test_a_member_reads_begins_answers_and_passes(world, cnc, charlie):
    page = words(charlie.get(TEST))
    assert "Read the card on the wall." in page and "3 questions, 100 % right to pass" in page
    begun_at = charlie.post(f"{TEST}begin/")
    attempt = TheoryAttempt.objects.get(member=world.charlie)
    assert begun_at.url == page_of(attempt)
    sent = as_sent(attempt, right_places(attempt)) | {"do": "finish"}
    result = words(charlie.post(begun_at.url, sent, follow=True))
    assert "Passed" in result and "3 of 3 right" in result and "/inductions/?gives=cnc" in result
    assert TheoryPass.objects.filter(member=world.charlie).exists()
    assert "You passed on" in words(charlie.get(TEST))


def test_the_page_that_asks_gives_nothing_away(cnc, world, charlie):
    attempt = begun(cnc, world.charlie)
    page = words(charlie.get(page_of(attempt)))
    assert "Question 1?" in page and "Because" not in page and "your answer" not in page
    numbers = re.findall(r'name="q\d" value="(\d)"', page)
    assert numbers == ["0", "1", "2"] * 3  # places of the page, whatever order was drawn


def test_the_result_says_what_is_right_and_why(cnc, world, charlie):
    attempt = begun(cnc, world.charlie)
    page = words(charlie.post(page_of(attempt), {"do": "finish"}, follow=True))
    assert "Not passed yet" in page and "Because 1." in page and "0 of 3 right" in page


def test_what_was_sent_is_ticked_when_the_page_comes_again(cnc, world, charlie):
    attempt = begun(cnc, world.charlie)
    charlie.post(page_of(attempt), {"q1": "2", "do": "keep"})
    page = words(charlie.get(page_of(attempt)))
    assert re.search(r'name="q1" value="2" checked', page)
    assert page.count(" checked") == 1


def test_a_page_that_keeps_as_it_goes_gets_no_page_back(cnc, world, charlie):
    attempt = begun(cnc, world.charlie)
    answer = charlie.post(page_of(attempt), {"q1": "1"}, headers={"HX-Request": "true"})
    assert answer.status_code == 204
    attempt.refresh_from_db()
    assert len(attempt.answers) == 1


@pytest.mark.parametrize("value", ["9", "-1", "x", "١", "1e9", "\0", "2" * 5000])
def test_a_choice_there_never_was_is_let_fall(cnc, world, charlie, value):
    attempt = begun(cnc, world.charlie)
    forged = {"q1": value, "q99": "0", "q0": "0", f"q{cnc.questions.first().pk}x": "0"}
    assert charlie.post(page_of(attempt), forged).status_code == 302
    attempt.refresh_from_db()
    assert attempt.answers == {}


def test_a_page_sent_again_after_the_end_changes_nothing(cnc, world, charlie):
    attempt = begun(cnc, world.charlie)
    charlie.post(page_of(attempt), {"do": "finish"})
    sent = as_sent(attempt, right_places(attempt)) | {"do": "finish"}
    page = words(charlie.post(page_of(attempt), sent, follow=True))
    assert "It was finished already" in page and "Not passed yet" in page


def test_whoever_comes_back_too_late_sees_what_it_was_worth(cnc, world, charlie):
    attempt = begun(cnc, world.charlie)
    with time_machine.travel(attempt.closes_at, tick=False):
        client_sees = words(charlie.get(page_of(attempt)))
        assert "Not passed yet" in client_sees
        assert "The next time is" in words(charlie.post(f"{TEST}begin/"))


def test_a_sitting_of_somebody_else_is_not_there(cnc, world, charlie):
    attempt = begun(cnc, world.bob)
    assert charlie.get(page_of(attempt)).status_code == 404
    assert charlie.post(page_of(attempt), {"do": "finish"}).status_code == 404
    attempt.refresh_from_db()
    assert attempt.finished_at is None


def test_what_is_not_published_is_not_there(world, certifier, charlie):
    a_test(world, certifier, publish=False)
    assert charlie.get(TEST).status_code == 404
    assert charlie.post(f"{TEST}begin/").status_code == 404


def test_questions_with_markup_are_shown_as_they_are_written(world, certifier, charlie):
    test = a_test(world, certifier, questions=1, asked=2, publish=False)
    draft = Draft("<script>alert(1)</script>", ("<b>a", "b"), frozenset({0}))
    question_bank.write_questions(test=test, drafts=[draft], by=certifier, now=NOW)
    question_bank.publish_test(test=test, by=certifier, now=NOW)
    page = words(charlie.get(page_of(begun(test, world.charlie))))
    assert "<script>alert" not in page and "&lt;script&gt;alert" in page and "&lt;b&gt;a" in page


def test_the_list_takes_as_many_queries_for_many_sittings_as_for_one(
    cnc, world, charlie, django_assert_max_num_queries
):
    for days in range(12, 4, -2):
        then = NOW - timedelta(days=days)
        attempt = sitting.begin_test(test=cnc, member=world.charlie, now=then)
        sitting.finish_test(attempt=attempt, sent={}, now=then)
    charlie.get("/theory/")
    with django_assert_max_num_queries(12):
        page = words(charlie.get("/theory/"))
    assert page.count("0 of 3 right") == 4 and "Tests you may write" not in page


# --- writing ---------------------------------------------------------------------------------


def test_a_certifier_makes_a_test_pastes_questions_and_publishes(world, writer):
    assert "There is no test yet" in words(writer.get(BANK))
    assert writer.get("/theory/cnc/questions/").status_code == 404
    terms = {"asked": 2, "pass_percent": 50, "minutes": 20, "retake_hours": 0, "introduction": ""}
    writer.post("/theory/cnc/setting/", terms)
    text = "One?\n* a\n- b\n\nTwo?\n* a\n- b\n> Why"
    assert "2 questions are written" in words(
        writer.post("/theory/cnc/paste/", {"text": text}, follow=True)
    )
    assert "Publish" in words(writer.get(BANK))
    writer.post("/theory/cnc/publish/")
    assert TheoryTest.objects.get().published_at == NOW
    writer.post("/theory/cnc/publish/", {"do": "withdraw"})
    assert TheoryTest.objects.get().published_at is None


def test_a_pasted_text_with_a_flaw_stays_and_says_in_which_line(world, cnc, writer):
    text = "One?\n* a\n- b\n\nTwo?\n- a\n- b"
    page = words(writer.post("/theory/cnc/paste/", {"text": text}))
    assert "Line 5: “Two?” has no choice that is right." in page and "One?" in page
    assert cnc.questions.count() == 3


def test_a_question_is_written_replaced_and_asked_no_more(world, cnc, writer):
    typed = {"text": "New?", "choice-1": "Yes", "choice-3": "No", "right-3": "on"}
    writer.post("/theory/cnc/questions/", typed)
    question = cnc.questions.get(text="New?")
    assert (question.choices, question.right) == (["Yes", "No"], [1])
    replace = reverse("training:question_replace", args=[question.pk])
    assert "Yes" in words(writer.get(replace))
    writer.post(replace, typed | {"text": "Newer?"})
    newer = cnc.questions.get(text="Newer?")
    assert writer.get(replace).status_code == 404
    writer.post(reverse("training:question_retire", args=[newer.pk]))
    newer.refresh_from_db()
    assert newer.retired_at == NOW
    left = cnc.questions.filter(retired_at=None).first()
    page = words(writer.post(reverse("training:question_retire", args=[left.pk])))
    assert "The test asks 3 questions, and its bank has 3." not in page
    assert "its bank has 3" in page


def test_the_bank_says_how_each_question_fares(world, cnc, writer):
    attempt = begun(cnc, world.charlie)
    sitting.finish_test(attempt=attempt, sent=right_places(attempt), now=NOW)
    assert words(writer.get(BANK)).count("asked 1 time, right in 100 %") == 3


def test_a_preview_shows_one_draw_and_keeps_nothing(cnc, writer):
    page = words(writer.get("/theory/cnc/preview/"))
    assert "Question 1?" in page and "Because" not in page
    assert not TheoryAttempt.objects.exists()


def test_a_pass_on_paper_is_written_down_for_whoever_is_named(world, cnc, writer):
    page = words(writer.post("/theory/cnc/paper/", {"who": "x", "member": "Nobody Here"}))
    assert "Nobody by that name" in page and "Nobody Here" in page
    page = words(writer.post("/theory/cnc/paper/", {"member": "Charlie Okafor"}, follow=True))
    assert "Charlie Okafor has passed the theory of “CNC”." in page
    page = words(writer.post("/theory/cnc/paper/", {"member": "Marta Silva"}))
    assert "Nobody passes their own theory test" in page


@pytest.mark.parametrize("name", ["bank", "preview", "setting", "questions", "paste", "paper"])
def test_who_may_not_certify_sees_no_bank(cnc, charlie, name):
    assert charlie.get(f"/theory/cnc/{name}/").status_code == 404
    assert charlie.post("/theory/cnc/publish/").status_code == 404
