"""What is lacking, in sentences for whoever certifies. Judges nothing."""

from django.utils.translation import gettext as _

from equipment.ladder import Kind, Lack
from equipment.models import Level


def lack_words(lack: Lack) -> str:
    """What is in the way, and what to do about it."""
    told = {"name": lack.name, "level": Level(lack.level).label}
    if lack.kind == Kind.RETIRED:
        return _("“%(name)s” is not given any more. Choose another certification.") % told
    if lack.kind == Kind.SUSPENDED:
        return _("“%(name)s” is suspended for them. Lift the suspension first.") % told
    if lack.kind == Kind.THEORY:
        return _("The theory of “%(name)s” is not passed. They take the test first.") % told
    if lack.kind == Kind.PREREQUISITE:
        return _("“%(name)s” (%(level)s) comes first. They earn that before.") % told
    return _("The practical part of “%(name)s” (%(level)s) is not done.") % told
