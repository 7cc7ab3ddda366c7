"""Where calendars are: the feeds themselves, and the pages of whose they are."""

from django.urls import path

from calendars.busy import views as busy
from calendars.views import feed, public, subscription

app_name = "calendars"
urlpatterns = [
    path("calendar/", subscription.subscription, name="subscription"),
    path("calendar/new/", subscription.subscription_create, name="subscription_create"),
    path("calendar/<int:pk>/", subscription.subscription_show, name="subscription_show"),
    path("calendar/<int:pk>/renew/", subscription.subscription_renew, name="subscription_renew"),
    path("calendar/<int:pk>/revoke/", subscription.subscription_revoke, name="subscription_revoke"),
    path("calendar/invitations/", subscription.invitations_start, name="invitations_start"),
    path("calendar/invitations/stop/", subscription.invitations_stop, name="invitations_stop"),
    path("calendar/public/", public.public, name="public"),
    path("calendar/public/new/", public.public_create, name="public_create"),
    path("feeds/<slug:token>.ics", feed.feed, name="feed"),
    path("spaces/<slug:slug>/calendars/", busy.busy_list, name="busy_list"),
    path("spaces/<slug:slug>/calendars/new/", busy.busy_create, name="busy_create"),
    path("busy/<uuid:public_id>/refresh/", busy.busy_refresh, name="busy_refresh"),
    path("busy/<uuid:public_id>/remove/", busy.busy_remove, name="busy_remove"),
]
