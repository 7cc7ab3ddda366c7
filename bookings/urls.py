"""Where bookings are made, seen and changed."""

from django.urls import path

from bookings.views import booking as views
from bookings.views import (
    change,
    closure,
    disruption,
    finding,
    group,
    hand_over,
    hours,
    policy,
    series,
    serving,
    waitlist,
)
from bookings.views import request as requests

app_name = "bookings"
urlpatterns = [
    path("machines/<slug:slug>/book/", views.booking_create, name="booking_create"),
    path("machines/<slug:slug>/start/", views.walk_up, name="walk_up"),
    path("machines/<slug:slug>/repeat/", series.series_create, name="series_create"),
    path("machines/<slug:slug>/book-several/", group.group_create, name="group_create"),
    path("limits/", policy.limits_edit, name="limits_edit"),
    path("tool-classes/<slug:slug>/", policy.policy_show, name="policy_show"),
    path("tool-classes/<slug:slug>/policy/", policy.policy_edit, name="policy_edit"),
    path("tool-classes/<slug:slug>/book/", group.any_create, name="any_create"),
    path("series/<uuid:public_id>/", series.series_detail, name="series_detail"),
    path("bookings/<uuid:public_id>/series/move/", series.series_move, name="series_move"),
    path("bookings/<uuid:public_id>/series/cancel/", series.series_cancel, name="series_cancel"),
    path("bookings/<uuid:public_id>/group/move/", group.group_move, name="group_move"),
    path("bookings/<uuid:public_id>/group/cancel/", group.group_cancel, name="group_cancel"),
    path("bookings/", views.booking_list, name="booking_list"),
    path("bookings/<uuid:public_id>/", views.booking_detail, name="booking_detail"),
    path("bookings/<uuid:public_id>/move/", change.booking_move, name="booking_move"),
    path("bookings/<uuid:public_id>/extend/", change.booking_extend, name="booking_extend"),
    path("bookings/<uuid:public_id>/cancel/", change.booking_cancel, name="booking_cancel"),
    path("bookings/<uuid:public_id>/check-in/", change.booking_check_in, name="booking_check_in"),
    path("bookings/<uuid:public_id>/finish/", change.booking_finish, name="booking_finish"),
    path("bookings/<uuid:public_id>/take/", waitlist.offer_take, name="offer_take"),
    path("bookings/<uuid:public_id>/decline/", waitlist.offer_decline, name="offer_decline"),
    path("bookings/requests/", requests.request_list, name="request_list"),
    path("bookings/<uuid:public_id>/answer/", requests.booking_answer, name="booking_answer"),
    path(
        "bookings/<uuid:public_id>/hand-over/", hand_over.hand_over_create, name="booking_hand_over"
    ),
    path("hand-overs/<uuid:public_id>/", hand_over.hand_over_detail, name="hand_over_detail"),
    path(
        "hand-overs/<uuid:public_id>/accept/", hand_over.hand_over_accept, name="hand_over_accept"
    ),
    path(
        "hand-overs/<uuid:public_id>/decline/",
        hand_over.hand_over_decline,
        name="hand_over_decline",
    ),
    path("machines/<slug:slug>/book-for/", serving.booking_whom, name="booking_whom"),
    path("people/<uuid:public_id>/book/", serving.booking_what, name="booking_what"),
    path("waitlist/", waitlist.waitlist, name="waitlist"),
    path("waitlist/new/", waitlist.wait_create, name="wait_create"),
    path("waitlist/queue/", waitlist.waitlist_queue, name="waitlist_queue"),
    path("waitlist/<uuid:public_id>/withdraw/", waitlist.wait_withdraw, name="wait_withdraw"),
    path("find/", finding.find, name="find"),
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
