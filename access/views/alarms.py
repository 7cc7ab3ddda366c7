"""Staff, and who looks after machines, say that they have seen what only happened."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from access.permissions import alarm_for
from access.services.seeing import see_alarm
from members.requests import MemberRequest


@require_POST
@login_required
def alarm_seen(request: MemberRequest, pk: int) -> HttpResponse:
    """Twice is once, whoever was faster."""
    alarm = alarm_for(request.user, pk)
    see_alarm(alarm=alarm, by=request.user, now=timezone.now())
    messages.info(request, _("Seen. If it comes again, it is shown and mailed again."))
    return redirect("access:devices")
