"""Where the demo is: its page, and what its buttons do."""

from django.urls import path

from demo import views

app_name = "demo"
urlpatterns = [
    path("", views.page, name="page"),
    path("live/", views.live, name="live"),
    path("act/", views.act, name="act"),
    path("be/", views.be, name="be"),
]
