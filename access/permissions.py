"""Which badges a member of staff may bind: the getters that authorise."""

from django.http import Http404

from access.models import Candidate
from members.models import Member
from members.permissions import is_staff


def candidates_for(member: Member) -> list[Candidate]:
    """New badges at the readers of the spaces whose staff this is, the newest first."""
    waiting = Candidate.objects.filter(assigned_to=None).select_related("device__space")
    return [candidate for candidate in waiting if is_staff(member, candidate.device.space)]


def candidate_for(member: Member, pk: int) -> Candidate:
    """One of them; 404 where it is another space's, or bound already."""
    for candidate in candidates_for(member):
        if candidate.pk == pk:
            return candidate
    raise Http404
