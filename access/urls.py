"""Where staff find devices and new badges."""

from django.urls import path

from access import views

app_name = "access"
urlpatterns = [
    path("devices/", views.devices, name="devices"),
    path("enrol/", views.enrol, name="enrol"),
    path("enrol/<int:pk>/", views.enrol_assign, name="enrol_assign"),
]
