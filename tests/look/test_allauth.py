"""allauth's pages that we never drew take our look from its elements."""

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.test import RequestFactory


class AnyForm(forms.Form):
    code = forms.CharField(label="Code", help_text="Six digits")


@pytest.fixture
def request_of_nobody() -> HttpRequest:
    request = RequestFactory().get("/account/")
    request.user = AnonymousUser()
    return request


@pytest.mark.django_db
@pytest.mark.parametrize(
    "template", ["account/signup_by_passkey.html", "account/phone_change.html"]
)
def test_an_undrawn_page_looks_like_ours(template: str, request_of_nobody: HttpRequest) -> None:
    html = render_to_string(template, {"form": AnyForm()}, request=request_of_nobody)
    assert "css/components.css" in html
    assert '<button class="btn primary' in html
    assert html.count("<h1>") == 1


def test_a_refused_field_is_tied_to_its_words() -> None:
    html = render_to_string("_fields.html", {"form": AnyForm({})})
    assert 'aria-describedby="id_code_helptext id_code_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_code_helptext">Six digits' in html
    assert 'id="id_code_error"' in html
