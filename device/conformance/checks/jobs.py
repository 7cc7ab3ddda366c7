"""D5, D6: a running job may finish, within its seconds and no further."""

import wire
from device.conformance.trial import ANSWER, Book, Broken, Trial

book: Book[Trial] = Book()

LASTS, FIN = 6, 6


def _grace(it: Trial) -> wire.State:
    return it.server.hear(wire.State, LASTS + ANSWER, lambda state: state.st == "grace")


def _end(state: wire.State) -> int:
    if state.grace_end is None:
        raise Broken("a state in GRACE without grace_end")
    return state.grace_end


@book.check("D6", "what cannot be seen to run has no GRACE", "relay")
def armed_has_none(it: Trial) -> None:
    _, grant = it.arm(lasts=3, fin=60, idle_s=60)
    it.must_lock(grant.exp, "the end of the lease, nothing having run")


@book.check("D5", "two seconds of current are a job, and idle_s without are its end", "current")
def runs(it: Trial) -> None:
    _, grant = it.arm()
    it.hands.load(on=True)
    running = it.server.hear(wire.State, it.hands.patience + 5, lambda s: s.st == "running")
    if not running.relay or running.sid != grant.sid:
        raise Broken(f"relay {running.relay}, sid {running.sid} in running")
    it.hands.load(on=False)
    it.server.hear(wire.State, it.hands.patience + 5, lambda s: s.st == "armed")
    it.clear()


@book.check("D6", "without seconds to finish a running job is cut when the lease ends", "current")
def cut(it: Trial) -> None:
    grant = it.start(lasts=LASTS, fin=0)
    it.must_lock(grant.exp, "the end of the lease, fin 0")


@book.check("D6", "a running job has fin seconds, and then it is cut", "current")
def finishes(it: Trial) -> None:
    grant = it.start(lasts=LASTS, fin=FIN)
    end = _end(_grace(it))
    if end != grant.exp + FIN:
        raise Broken(f"grace_end is {end}, exp + fin is {grant.exp + FIN}")
    it.must_lock(end, "grace_end")


@book.check("D6", "GRACE never passes hard", "current")
def hard(it: Trial) -> None:
    asking_hard = LASTS + 2
    armed, grant = it.arm(lasts=LASTS, fin=60)
    it.lease(armed, grant.sid, exp=grant.exp, hard=grant.exp - LASTS + asking_hard)
    it.hands.load(on=True)
    it.server.hear(wire.State, it.hands.patience + 5, lambda state: state.st == "running")
    end = _end(_grace(it))
    if end != grant.exp + 2:
        raise Broken(f"grace_end is {end}, hard is {grant.exp + 2}")
    it.must_lock(end, "hard")


@book.check("D6", "a job that ends in GRACE locks after idle_s", "current")
def job_ends(it: Trial) -> None:
    it.start(lasts=LASTS, fin=60)
    up = _grace(it).up
    it.hands.load(on=False)
    it.must_lock(up + 2, "idle_s after the job", earliest=up)


@book.check("D4", "a lease in GRACE leads back, but seconds spent stay spent", "current")
def spent_once(it: Trial) -> None:
    grant = it.start(lasts=LASTS, fin=FIN)
    grace = _grace(it)
    end = grace.up + 3
    it.lease(grace, grant.sid, exp=end)
    it.state(st="running")
    again = _end(_grace(it))
    if again >= end + FIN:
        raise Broken(f"grace_end is {again}, though a second of {end + FIN} was spent")
    it.must_lock(again, "grace_end")


@book.check("D7", "off after the job lets it finish, and no lease comes back from there", "current")
def after_job(it: Trial) -> None:
    grant = it.start(fin=FIN)
    it.off(grant.sid, mode="after-job")
    grace = it.state(st="grace")
    end = _end(grace)
    if not grace.relay or end > grace.up + FIN:
        raise Broken(f"relay {grace.relay}, grace_end {end} at {grace.up}")
    it.lease(grace, grant.sid)
    it.must_lock(end, "grace_end, not moved by a lease for a closing session")


@book.check("D7", "off stops a job in GRACE", "current")
def stop_in_grace(it: Trial) -> None:
    grant = it.start(lasts=LASTS, fin=60)
    _grace(it)
    it.off(grant.sid)
    it.state(st="locked", relay=False)
