"""Where calendars are: the feed itself, and its owner's page."""

from django.urls import path

from calendars import views

app_name = "calendars"
urlpatterns = [
    path("calendar/", views.subscription, name="subscription"),
    path("calendar/renew/", views.subscription_renew, name="subscription_renew"),
    path("calendar/revoke/", views.subscription_revoke, name="subscription_revoke"),
    path("feeds/<slug:token>.ics", views.feed, name="feed"),
]
