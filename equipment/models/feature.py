"""What some machines of a kind have and others lack, such as a rotary axis."""

from django.db import models


class Feature(models.Model):
    """Something a member may ask for when any machine of the kind will do."""

    name = models.CharField(max_length=60, unique=True)
    slug = models.SlugField(max_length=40, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
