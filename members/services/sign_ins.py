"""Ending what somebody is signed in to. Knows no request, only which session is to stay."""

from allauth.usersessions.models import UserSession

from members.models import Member


def end_sessions(member: Member, *, but: str | None = None) -> None:
    """Sign `member` out everywhere, but for the session whose key is `but`."""
    for session in UserSession.objects.filter(user=member).exclude(session_key=but or ""):
        session.end()
