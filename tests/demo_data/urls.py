"""The site as `./run demo` mounts it."""

from django.urls import include, path

from config.urls import urlpatterns as site

urlpatterns = [*site, path("demo/", include("demo.urls"))]
