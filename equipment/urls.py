"""Where certifications, lockouts and faults are handled."""

from django.urls import path

from equipment import views

app_name = "equipment"
urlpatterns = [
    path("certify/", views.certify, name="certify"),
    path(
        "certifications/<int:pk>/revoke/", views.certification_revoke, name="certification_revoke"
    ),
    path("machines/<slug:slug>/set-up/", views.machine_set_up, name="machine_set_up"),
    path("machines/<slug:slug>/lock-out/", views.lock_out, name="lock_out"),
    path("machines/<slug:slug>/fault/", views.fault_report, name="fault_report"),
    path("machines/<slug:slug>/watch/", views.watch, name="watch"),
    path("machines/<slug:slug>/unwatch/", views.unwatch, name="unwatch"),
    path("faults/<int:pk>/answer/", views.fault_answer, name="fault_answer"),
    path("lockouts/<int:pk>/clear/", views.lockout_clear, name="lockout_clear"),
]
