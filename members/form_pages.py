"""Pages that are one form: what a service refuses goes back into it. Knows no rule."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest
from django.views.decorators.http import require_http_methods

from members.services.errors import NotDone

form_page = require_http_methods(["GET", "HEAD", "POST"])


@contextmanager
def refusals_in(form: BaseForm) -> Iterator[None]:
    """A refusal within is told at the field it is about, else above the form."""
    try:
        yield
    except NotDone as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))


@contextmanager
def refusals_told(request: HttpRequest) -> Iterator[None]:
    """A refusal within is told on the next page: of a button, which has no form to keep."""
    try:
        yield
    except NotDone as error:
        messages.error(request, str(error))
