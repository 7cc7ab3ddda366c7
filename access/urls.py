"""Where staff find devices and new badges."""

from django.urls import path

from access import alone_views, door_views, format_views, maintenance_views, setup_views, views

app_name = "access"
urlpatterns = [
    path("devices/", views.devices, name="devices"),
    path("devices/add/", views.device_create, name="device_create"),
    path("devices/<int:pk>/", views.device_attach, name="device_attach"),
    path("devices/<int:pk>/alone/", alone_views.device_alone, name="device_alone"),
    path("devices/<int:pk>/badges/", format_views.badge_format, name="badge_format"),
    path("devices/<int:pk>/credential/", setup_views.device_credential, name="device_credential"),
    path("devices/<int:pk>/relay-test/", setup_views.device_relay_test, name="device_relay_test"),
    path("devices/<int:pk>/revoke/", views.device_revoke, name="device_revoke"),
    path("machines/<slug:slug>/maintenance/", maintenance_views.maintenance, name="maintenance"),
    path(
        "maintenance/<int:pk>/withdraw/",
        maintenance_views.maintenance_withdraw,
        name="maintenance_withdraw",
    ),
    path("doors/", door_views.doors, name="doors"),
    path("doors/add/", door_views.door_create, name="door_create"),
    path("doors/<int:pk>/", door_views.door_edit, name="door_edit"),
    path("doors/<int:pk>/hours/<slug:slug>/", door_views.door_hours, name="door_hours"),
    path("doors/<int:pk>/remove/", door_views.door_remove, name="door_remove"),
    path("peripherals/add/", door_views.peripheral_create, name="peripheral_create"),
    path("peripherals/<int:pk>/", door_views.peripheral_edit, name="peripheral_edit"),
    path("peripherals/<int:pk>/remove/", door_views.peripheral_remove, name="peripheral_remove"),
    path("enrol/", views.enrol, name="enrol"),
    path("enrol/<int:pk>/", views.enrol_assign, name="enrol_assign"),
]
