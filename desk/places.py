"""Which space a page is about: the one asked for, else one's own, else the first there is."""

from django.http import Http404, HttpRequest

from desk.surroundings import surroundings
from members.models import Member, Space
from members.permissions import is_staff


def space_of(request: HttpRequest) -> Space | None:
    """The space named by ?space=, 404 where there is none such; None on an empty installation."""
    space = shown_space(request)
    if (slug := request.GET.get("space")) and (space is None or space.slug != slug):
        raise Http404
    return space


def desk_of(request: HttpRequest) -> Space | None:
    """As space_of, but where none is named it is a space whose desk this person works at."""
    space = space_of(request)
    if space is None or "space" in request.GET or is_staff(request.user, space):
        return space
    return next((own for own in surroundings(request).spaces if is_staff(request.user, own)), space)


def shown_space(request: HttpRequest) -> Space | None:
    """As space_of, but a wrong name is no matter: for the shell, which error pages have too."""
    spaces = surroundings(request).spaces
    asked = request.GET.get("space")
    user = getattr(request, "user", None)
    home = user.space_id if isinstance(user, Member) else None
    fitting = [
        *(space for space in spaces if space.slug == asked),
        *(space for space in spaces if space.pk == home),
        *spaces,
    ]
    return fitting[0] if fitting else None
