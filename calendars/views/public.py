"""Where staff switch public feeds on and off: when something is taken, for anybody to read."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from calendars import services
from calendars.forms import PublicFeedForm
from calendars.permissions import public_feeds_for
from calendars.titles import title
from calendars.views.subscription import machines_in_use
from members.permissions import staff_required
from members.requests import MemberRequest


@require_safe
@staff_required
def public(request: MemberRequest) -> HttpResponse:
    feeds = [(feed, title(feed)) for feed in public_feeds_for(request.user)]
    return render(request, "calendars/public_list.html", {"feeds": feeds})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_required
def public_create(request: MemberRequest) -> HttpResponse:
    form = PublicFeedForm(request.POST or None, machines=machines_in_use(), by=request.user)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data["what"]
        feed = services.publish_feed(by=request.user, now=timezone.now(), **asked)
        return redirect("calendars:subscription_show", feed.pk)
    return render(request, "calendars/public_create.html", {"form": form})
