"""What a view behind `login_required` may take for granted."""

from django.http import HttpRequest

from members.models import Member


class MemberRequest(HttpRequest):
    """A request of somebody who is signed in; for annotations only."""

    user: Member


def searched(request: HttpRequest) -> str:
    """What was typed into a search, without NUL: PostgreSQL takes none."""
    return request.GET.get("q", "").replace("\0", "").strip()
