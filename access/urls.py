"""Where staff find devices and new badges."""

from django.urls import path

from access.views import (
    alarms,
    alone,
    devices,
    doors,
    formats,
    maintenance,
    sensing,
    set_up,
    signing,
)

app_name = "access"
urlpatterns = [
    path("devices/", devices.devices, name="devices"),
    path("devices/add/", devices.device_create, name="device_create"),
    path("devices/alarms/<int:pk>/seen/", alarms.alarm_seen, name="alarm_seen"),
    path("devices/benchkey.h", set_up.firmware, name="firmware"),
    path("devices/<int:pk>/", devices.device_attach, name="device_attach"),
    path("devices/<int:pk>/alone/", alone.device_alone, name="device_alone"),
    path("devices/<int:pk>/badges/", formats.badge_format, name="badge_format"),
    path("devices/<int:pk>/credential/", set_up.device_credential, name="device_credential"),
    path("devices/<int:pk>/relay-test/", set_up.device_relay_test, name="device_relay_test"),
    path("devices/<int:pk>/signing/", signing.device_signing, name="device_signing"),
    path("devices/<int:pk>/revoke/", devices.device_revoke, name="device_revoke"),
    path("machines/<slug:slug>/maintenance/", maintenance.maintenance, name="maintenance"),
    path("machines/<slug:slug>/sensing/", sensing.sensing, name="sensing"),
    path("tool-classes/<slug:slug>/risk/", sensing.risk, name="risk"),
    path(
        "maintenance/<int:pk>/withdraw/",
        maintenance.maintenance_withdraw,
        name="maintenance_withdraw",
    ),
    path("doors/", doors.doors, name="doors"),
    path("doors/add/", doors.door_create, name="door_create"),
    path("doors/<int:pk>/", doors.door_edit, name="door_edit"),
    path("doors/<int:pk>/hours/<slug:slug>/", doors.door_hours, name="door_hours"),
    path("doors/<int:pk>/remove/", doors.door_remove, name="door_remove"),
    path("peripherals/add/", doors.peripheral_create, name="peripheral_create"),
    path("peripherals/<int:pk>/", doors.peripheral_edit, name="peripheral_edit"),
    path("peripherals/<int:pk>/remove/", doors.peripheral_remove, name="peripheral_remove"),
    path("enrol/", devices.enrol, name="enrol"),
    path("enrol/<int:pk>/", devices.enrol_assign, name="enrol_assign"),
]
