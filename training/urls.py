"""Where inductions are offered, planned and held."""

from django.urls import path

from training import views

app_name = "training"
urlpatterns = [
    path("inductions/", views.induction_list, name="induction_list"),
    path("inductions/new/", views.induction_create, name="induction_create"),
    path("inductions/<uuid:public_id>/", views.induction_detail, name="induction_detail"),
    path("inductions/<uuid:public_id>/change/", views.induction_change, name="induction_change"),
    path("inductions/<uuid:public_id>/cancel/", views.induction_cancel, name="induction_cancel"),
    path("inductions/<uuid:public_id>/sign-up/", views.sign_up, name="sign_up"),
    path("inductions/<uuid:public_id>/attendance/", views.attendance, name="attendance"),
    path("inductions/places/<uuid:public_id>/withdraw/", views.withdraw, name="withdraw"),
]
