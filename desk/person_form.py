"""The page of one form about one person, at the desk."""

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from members.models import Member


def person_form(
    request: HttpRequest,
    person: Member,
    form: BaseForm,
    title: str,
    submit: str,
    danger: bool = False,
) -> HttpResponse:
    """A form about one person, under their name; with its errors once it was sent."""
    page = {"person": person, "form": form, "title": title, "submit": submit, "danger": danger}
    status = 422 if form.is_bound else 200
    return render(request, "desk/person_form.html", page, status=status)
