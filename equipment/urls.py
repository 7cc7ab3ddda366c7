"""Where certifications, lockouts and faults are handled."""

from django.urls import path

from equipment.views import attachments, certifications, machines, types

app_name = "equipment"
urlpatterns = [
    path("certify/", certifications.certify, name="certify"),
    path("certifications/", types.type_list, name="type_list"),
    path("certifications/new/", types.type_edit, name="type_create"),
    path("certifications/<slug:slug>/change/", types.type_edit, name="type_change"),
    path("certifications/<int:pk>/attach/", attachments.attachment_add, name="attachment_add"),
    path("attachments/<uuid:public_id>/", attachments.attachment, name="attachment"),
    path(
        "attachments/<uuid:public_id>/remove/",
        attachments.attachment_remove,
        name="attachment_remove",
    ),
    path("machines/<slug:slug>/set-up/", machines.machine_set_up, name="machine_set_up"),
    path("machines/<slug:slug>/lock-out/", machines.lock_out, name="lock_out"),
    path("machines/<slug:slug>/fault/", machines.fault_report, name="fault_report"),
    path("machines/<slug:slug>/watch/", machines.watch, name="watch"),
    path("machines/<slug:slug>/unwatch/", machines.unwatch, name="unwatch"),
    path("faults/<int:pk>/answer/", machines.fault_answer, name="fault_answer"),
    path("lockouts/<int:pk>/clear/", machines.lockout_clear, name="lockout_clear"),
]
