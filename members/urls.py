"""Where a member finds their own things; account security is allauth's, under /account/."""

from django.urls import path

from members import views

app_name = "members"
urlpatterns = [
    path("you/", views.profile, name="profile"),
    path("you/role/", views.wake_roles, name="wake_roles"),
    path("you/pin/", views.pin_set, name="pin_set"),
    path("you/pin/remove/", views.pin_remove, name="pin_remove"),
    path("you/badges/<int:pk>/lost/", views.badge_lose, name="badge_lose"),
]
