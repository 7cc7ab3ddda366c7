"""Desk, as Django mounts it."""

from collections.abc import Mapping

from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

# What a member mends on the page of their membership, which the rooms below do not know.
ON_MY_PAGE = ("membership-ended", "membership-ends", "membership-not-begun", "membership-paused")


def my_membership(params: Mapping[str, object]) -> str:
    return reverse("desk:my_membership")


def plan_choose(params: Mapping[str, object]) -> str:
    return reverse("desk:plan_choose")


class DeskConfig(AppConfig):
    name = "desk"

    def ready(self) -> None:
        from equipment.words import lead_on

        for code in ON_MY_PAGE:
            lead_on(code, _("Your membership"), my_membership)
        lead_on("no-membership", _("Choose a plan"), plan_choose)
