"""A world left to itself: what people, staff, power and network do, by weight. Expects nothing."""

from access.models import AccessEvent, Session
from tests.protocol.wild import Wild

PAUSES = (0.5, 0.5, 0.5, 1, 2, 4, 12)


def live(wild: Wild, steps: int) -> None:
    """Things happen, and time goes by, for so many steps of half a second; then rest."""
    wild.restart()
    while wild.steps < steps:
        happen(wild)
        wild.pass_time(wild.random.choice(PAUSES))
    wild.eyes.come_to_rest()
    codes = AccessEvent.objects.filter(kind="tap").values_list("code", flat=True)
    wild.met.update(f"answered {code}" for code in codes)
    reasons = Session.objects.values_list("end_reason", flat=True)
    wild.met.update(f"ended {why}" for why in reasons)


def happen(wild: Wild) -> None:
    """One thing; most of it is honest work."""
    weights, things = zip(*(everywhere(wild) + (*here(wild),)), strict=True)
    wild.random.choices(things, weights)[0]()
    wild.deliver()


def everywhere(wild: Wild):
    """What may happen at any machine, with its weight."""
    random = wild.random
    box = random.choice(wild.at_machines)
    device = random.choice(list(wild.boxes.values()))
    who = random.choice(("alice", "alice", "dana", "charlie", "stranger"))
    member = random.choice(("alice", "dana"))
    certified = random.choice(sorted(wild.place.certified))
    return (
        (15, lambda: wild.tap(box, who)),
        (50, lambda: wild.come(box, member)),
        (20, lambda: setattr(box, "running", random.random() < 0.7)),
        (3, lambda: wild.press_stop(box)),
        (8, lambda: setattr(wild, "harsh", random.random() < 0.6)),
        (8, lambda: wild.plug(device, random.random() < 0.8)),
        (5, lambda: wild.lose_power(device)),
        (5, wild.restart),
        (3, lambda: wild.begin(random.choice(wild.keepers))),
        (1, wild.die),
        (1, lambda: wild.die([random.choice(wild.keepers)])),
        (3, wild.come_and_go),
        (1, lambda: fall_silent(wild, box)),
        (4, lambda: wild.lock_out(box, random.choice(("stop", "after-job")))),
        (25, lambda: wild.clear(box)),
        (3, lambda: wild.revoke(certified)),
        (25, lambda: wild.books.levels[certified] or wild.certify(certified)),
        (5, lambda: wild.cancel(box)),
        (5, lambda: wild.change_by_hand(box, certified)),
        (4, wild.put_database_back),
        (9, lambda: wild.say_again(random.randrange(10_000))),
        (4, lambda: wild.hand_out_retained(random.randrange(10_000))),
        (1, lambda: wild.jump(random.choice((-3600, -10, 10, 3600)))),
    )


def here(wild: Wild):
    """What only some machines are for."""
    random, boxes = wild.random, wild.boxes
    who, other = random.sample(("alice", "dana"), 2)
    wait = random.choice((1, 4, 4, 12, 29, 40))
    if "alone" in boxes:
        cut, on = random.choice((1, 6, 6)), random.choice((3, 12, 40))
        yield 25, lambda: wild.work_alone(boxes["alone"], who, cut, on)
    if "pair" in boxes:
        yield 25, lambda: wild.come_both(boxes["pair"], who, other, wait)
        yield 25, lambda: wild.come_both(boxes["lesson"], "charlie", "dana", wait)
    if "shared" in boxes:
        after = random.choice((5, 62, 62))
        yield 12, lambda: left_on(wild, who, other, after)
        yield 3, lambda: come_late(wild, who)
        yield 15, lambda: wild.tap(boxes["door"], random.choice((who, "charlie", "stranger")))


def left_on(wild: Wild, who, other, after):
    """On a good day: the machine is free and in service, and the network carries."""
    box = wild.boxes["shared"]
    wild.harsh = False
    wild.clear(box)
    wild.cancel(box)
    for member in (who, other):
        if not wild.books.levels[member]:
            wild.certify(member)
    wild.leave_on(box, who, other, after)


def come_late(wild: Wild, who):
    """For an hour the clock is wrong, or it is really that late."""
    wild.jump(3600)
    wild.pass_time(12)
    wild.tap(wild.boxes["door"], who)
    wild.pass_time(2)
    wild.jump(-3600)


def fall_silent(wild: Wild, box):
    """For longer than any lease lasts."""
    wild.plug(box, False)
    wild.pass_time(90)
    wild.plug(box, True)
