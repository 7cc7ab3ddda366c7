"""Where bookings are made, seen and changed."""

from django.urls import path

from bookings.views import booking as views
from bookings.views import closure, disruption, hours

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
    path("disruptions/<uuid:public_id>/", disruption.disruption_show, name="disruption_show"),
    path("spaces/<slug:slug>/disruptions/", disruption.disruption_list, name="disruption_list"),
    path("spaces/<slug:slug>/hours/", hours.hours_show, name="hours_show"),
    path("spaces/<slug:slug>/hours/<slug:kind>/", hours.hours_edit, name="hours_edit"),
    path("spaces/<slug:slug>/closures/", closure.closure_create, name="closure_create"),
    path("closures/<int:pk>/", closure.closure_change, name="closure_change"),
    path("closures/<int:pk>/remove/", closure.closure_remove, name="closure_remove"),
    path("machines/<slug:slug>/closures/", closure.machine_closures, name="machine_closures"),
    path(
        "machines/<slug:slug>/closures/new/",
        closure.machine_closure_create,
        name="machine_closure_create",
    ),
    path(
        "machine-closures/<int:pk>/", closure.machine_closure_change, name="machine_closure_change"
    ),
    path(
        "machine-closures/<int:pk>/remove/",
        closure.machine_closure_remove,
        name="machine_closure_remove",
    ),
]
