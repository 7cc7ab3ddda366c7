"""Where bookings are made, seen and changed."""

from django.urls import path

from bookings.views import booking as views

app_name = "bookings"
urlpatterns = [
    path("machines/<slug:slug>/book/", views.booking_create, name="booking_create"),
    path("machines/<slug:slug>/start/", views.walk_up, name="walk_up"),
    path("bookings/", views.booking_list, name="booking_list"),
    path("bookings/<uuid:public_id>/", views.booking_detail, name="booking_detail"),
    path("bookings/<uuid:public_id>/move/", views.booking_move, name="booking_move"),
    path("bookings/<uuid:public_id>/extend/", views.booking_extend, name="booking_extend"),
    path("bookings/<uuid:public_id>/cancel/", views.booking_cancel, name="booking_cancel"),
    path("bookings/<uuid:public_id>/check-in/", views.booking_check_in, name="booking_check_in"),
    path("bookings/<uuid:public_id>/finish/", views.booking_finish, name="booking_finish"),
]
