"""Who gets past the decorators of staff pages."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from members.models import Member, Role, Space
from members.permissions import caretaker_required, is_caretaker, is_staff, staff_required
from tests.people import World, a_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return a_world()


@staff_required
def desk(request: HttpRequest) -> HttpResponse:
    return HttpResponse("desk")


@caretaker_required
def locker(request: HttpRequest) -> HttpResponse:
    return HttpResponse("locker")


def call(view: Callable[..., HttpResponse], member: Member | AnonymousUser) -> HttpResponse:
    request = RequestFactory().get("/desk/")
    request.user = member
    return view(request)


def test_staff_get_in(world: World) -> None:
    assert call(desk, world.dana).content == b"desk"
    assert call(locker, world.dana).content == b"locker"


def test_members_do_not(world: World) -> None:
    for view in (desk, locker):
        with pytest.raises(PermissionDenied):
            call(view, world.alice)


def test_strangers_are_asked_to_sign_in_and_come_back() -> None:
    answer = call(desk, AnonymousUser())
    assert answer.status_code == 302
    assert answer["Location"].endswith("?next=/desk/")


def test_a_maintainer_locks_out_but_has_no_desk(world: World) -> None:
    Role.objects.create(member=world.bob, kind=Role.Kind.MAINTAINER)
    assert call(locker, world.bob).content == b"locker"
    with pytest.raises(PermissionDenied):
        call(desk, world.bob)


def test_a_role_in_one_space_is_none_in_another(world: World) -> None:
    elsewhere = Space.objects.create(name="Southside", slug="southside")
    Role.objects.create(member=world.bob, kind=Role.Kind.STAFF, space=world.space)
    assert is_staff(world.bob, world.space)
    assert not is_staff(world.bob, elsewhere)
    assert is_caretaker(world.bob, world.space)
    assert not is_staff(AnonymousUser())


def test_a_closed_account_has_no_role(world: World) -> None:
    world.dana.is_active = False
    assert not is_staff(world.dana)
