"""Where a member makes, sees and revokes calendar addresses, or asks for invitations instead."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from calendars import services
from calendars.forms import FeedForm, InvitationsForm
from calendars.links import Links
from calendars.models import Feed, Invitee
from calendars.permissions import feed_to_manage, feeds_of
from calendars.titles import title
from equipment import qr
from equipment.models import Machine
from members.requests import MemberRequest


@require_safe
@login_required
def subscription(request: MemberRequest) -> HttpResponse:
    """All addresses of the member, and whether bookings come by mail instead."""
    feeds = [(feed, title(feed)) for feed in feeds_of(request.user)]
    invitee = Invitee.objects.filter(member=request.user).first()
    page = {
        "feeds": feeds,
        "invitee": invitee,
        "form": InvitationsForm(),
        "has_own": any(feed.kind == Feed.Kind.MINE for feed, _title in feeds),
    }
    return render(request, "calendars/subscription_list.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def subscription_create(request: MemberRequest) -> HttpResponse:
    """Of what the member chooses; POST without a choice is of the member's own bookings."""
    form = FeedForm(request.POST or None, machines=machines_in_use())
    if request.method == "POST" and form.is_valid():
        asked = {**form.cleaned_data.pop("what"), **form.cleaned_data}
        try:
            feed = services.make_feed(member=request.user, now=timezone.now(), **asked)
        except services.TooMany:
            form.add_error(None, _("You have many addresses already. Revoke one first."))
        else:
            return redirect("calendars:subscription_show", feed.pk)
    return render(request, "calendars/subscription_create.html", {"form": form})


@require_safe
@login_required
def subscription_show(request: MemberRequest, pk: int) -> HttpResponse:
    """One address, and how each app takes it."""
    feed = feed_to_manage(request.user, pk)
    links = Links.to(feed)
    code = qr.svg(links.webcal, _("QR code of the calendar address"))
    page = {"feed": feed, "title": title(feed), "links": links, "code": code}
    return render(request, "calendars/subscription_show.html", page)


@require_POST
@login_required
def subscription_renew(request: MemberRequest, pk: int) -> HttpResponse:
    feed = feed_to_manage(request.user, pk)
    new = services.renew_feed(feed=feed, by=request.user, now=timezone.now())
    messages.warning(request, _("The old address is dead. Subscribe your apps to the new one."))
    return redirect("calendars:subscription_show", new.pk)


@require_POST
@login_required
def subscription_revoke(request: MemberRequest, pk: int) -> HttpResponse:
    feed = feed_to_manage(request.user, pk)
    services.revoke_feed(feed=feed, by=request.user, now=timezone.now())
    messages.warning(request, _("The address is dead. Apps that had it show nothing new."))
    return redirect("calendars:public" if feed.is_public else "calendars:subscription")


@require_POST
@login_required
def invitations_start(request: MemberRequest) -> HttpResponse:
    form = InvitationsForm(request.POST)
    alarm = form.cleaned_data["alarm_minutes"] if form.is_valid() else None
    services.start_invitations(member=request.user, alarm_minutes=alarm, now=timezone.now())
    messages.success(request, _("From now on each booking comes as an invitation by mail."))
    return redirect("calendars:subscription")


@require_POST
@login_required
def invitations_stop(request: MemberRequest) -> HttpResponse:
    services.stop_invitations(member=request.user, now=timezone.now())
    messages.success(request, _("No more invitations are sent."))
    return redirect("calendars:subscription")


def machines_in_use() -> list[Machine]:
    machines = Machine.objects.filter(retired_at=None).select_related("tool_class", "space")
    return list(machines.order_by("space__name", "name"))
