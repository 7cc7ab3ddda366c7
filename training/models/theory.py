"""The theory of a certification: a bank of questions, and who answered which of them how."""

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from equipment.models import CertificationType
from members.models import Member


class TheoryTest(models.Model):
    """One per certification type. Without `published_at` nobody is asked yet."""

    type = models.OneToOneField(CertificationType, on_delete=models.PROTECT, related_name="test")
    introduction = models.TextField(max_length=4000, blank=True)  # what to read before
    asked = models.PositiveSmallIntegerField(default=10)  # questions of the bank, drawn anew
    pass_percent = models.PositiveSmallIntegerField(
        default=80, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    retake_minutes = models.PositiveIntegerField(default=1440)  # after one that was not passed
    minutes = models.PositiveSmallIntegerField(default=60)  # to finish one
    valid_days = models.PositiveSmallIntegerField(null=True, blank=True)  # NULL: for good
    published_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"theory of {self.type}"


class TheoryQuestion(models.Model):
    """Never edited once it was asked: a new wording is a new question, and this one retires."""

    test = models.ForeignKey(TheoryTest, on_delete=models.PROTECT, related_name="questions")
    text = models.CharField(max_length=400)
    choices = models.JSONField()  # list of str, 2 to 6
    right = models.JSONField()  # list of int: which choices are right, at least one
    explanation = models.CharField(max_length=400, blank=True)  # told after the test
    written_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text


class TheoryAttempt(models.Model):
    """One sitting. What was asked, in which order, and what was answered stay as they were."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    test = models.ForeignKey(TheoryTest, on_delete=models.PROTECT, related_name="attempts")
    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="theory_attempts")
    asked = models.JSONField()  # list of [question id, [order of its choices]]
    answers = models.JSONField(default=dict)  # question id as str: list of chosen choices
    begun_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    needed = models.PositiveSmallIntegerField(default=0)  # right answers, as it was when it began
    right = models.PositiveSmallIntegerField(default=0)  # of len(asked)
    passed = models.BooleanField(default=False)

    class Meta:
        ordering = ["-begun_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["test", "member"],
                condition=Q(finished_at=None),
                name="training_attempt_one_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.member}: {self.test}"
