"""Where staff find devices and new badges."""

from django.urls import path

from access import format_views, maintenance_views, setup_views, views

app_name = "access"
urlpatterns = [
    path("devices/", views.devices, name="devices"),
    path("devices/add/", views.device_create, name="device_create"),
    path("devices/<int:pk>/", views.device_attach, name="device_attach"),
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
    path("enrol/", views.enrol, name="enrol"),
    path("enrol/<int:pk>/", views.enrol_assign, name="enrol_assign"),
]
