"""The board of a day and of a week, for a member who may use everything on it."""

from benchmarks import world
from benchmarks.figures import Figure
from benchmarks.pages import measured
from benchmarks.site import Site


def measure(site: Site) -> tuple[str, list[Figure]]:
    (cookie,) = world.sign_in(1)
    figures = []
    for slug, count in (("small", world.SMALL), ("large", world.MACHINES)):
        for view in ("day", "week"):
            path = f"/board/?space={slug}&view={view}"
            figures += measured(f"{view} of {count} machines", path, cookie)
    return "server time, no network, one member", figures
