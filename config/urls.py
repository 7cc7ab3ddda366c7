"""Where each room is mounted."""

from django.conf import settings
from django.urls import include, path

urlpatterns = [
    path("account/", include("allauth.urls")),
    path("", include("notices.urls")),
    path("", include("members.urls")),
    path("", include("equipment.urls")),
    path("", include("bookings.urls")),
    path("", include("training.urls")),
    path("", include("access.urls")),
    path("", include("calendars.urls")),
    path("", include("desk.urls")),
]
if settings.DEMO:
    urlpatterns.append(path("demo/", include("demo.urls")))
