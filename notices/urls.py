"""Where a person reads their messages and says how to be told."""

from django.urls import path

from notices import views

app_name = "notices"
urlpatterns = [
    path("messages/", views.inbox, name="inbox"),
    path("messages/read/", views.read_everything, name="read"),
    path("messages/<int:pk>/open/", views.open_message, name="open"),
    path("messages/stop/<str:token>/", views.stop, name="stop"),
    path("you/messages/", views.wishes, name="wishes"),
]
