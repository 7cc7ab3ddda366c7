"""Who the device says it is, and how it answers: D1, sync, the heartbeat."""

import time

import wire
from device.conformance.trial import ANSWER, Book, Broken, Trial, states

book: Book[Trial] = Book()


@book.check("D1", "boots locked under a new name, and says avail, hello, state")
def boots(it: Trial) -> None:
    before = it.boot
    it.reboot()
    state = it.server.hear(wire.State, ANSWER)
    said = [
        heard.kind
        for heard in it.server.heard
        if isinstance(heard.message, wire.Avail | wire.Hello | wire.State)
        and heard.message.boot == it.boot
    ]
    if said[:3] != ["avail", "hello", "state"]:
        raise Broken(f"said {', '.join(said[:3])}")
    if it.boot == before:
        raise Broken("the boot is that of before")
    if (state.n, state.st, state.relay, state.sid) != (1, "locked", False, None):
        raise Broken(f"the first state is number {state.n}, {state.st}, relay {state.relay}")


@book.check("D1", "leaves a will: when it is gone the broker says avail off")
def will(it: Trial) -> None:
    it.server.forget()
    it.reboot()
    gone = [h for h in it.server.heard if isinstance(h.message, wire.Avail) and not h.message.on]
    if not gone:
        raise Broken("nothing was said when it went away")


@book.check("D1", "leaves its last avail and state at the broker for newcomers")
def retains(it: Trial) -> None:
    for kind in ("avail", "state"):
        kept = it.server.retained(kind)
        if kept is None or not kept.retained:
            raise Broken(f"no retained {kind}")


@book.check("D1", "names the same boot when the connection is lost and found")
def reconnects(it: Trial) -> None:
    it.hands.network(up=False)
    it.server.forget()
    it.hands.network(up=True)
    hello = it.server.hear(wire.Hello, it.hands.patience + 20)
    if hello.boot != it.boot:
        raise Broken("it has another boot, though it was not switched off")


@book.check("sync", "answers a sync by one state with its id")
def sync(it: Trial) -> None:
    question = it.sid()
    it.server.say(wire.Sync(id=question))
    it.state(id=question)
    it.now()
    if [state.id for state in states(it.server.heard)].count(question) > 1:
        raise Broken("the id came again in a later state")


@book.check("sync", "answers no sync for another boot, and none that brings the time")
def sync_for_others(it: Trial) -> None:
    it.server.say(wire.Sync(id="other-boot", boot="0" * 16))
    it.server.say(wire.Sync(id="with-time", boot=it.boot, re=it.now().n, utc=int(time.time())))
    it.now()
    answered = {state.id for state in states(it.server.heard)}
    if answered & {"other-boot", "with-time"}:
        raise Broken("answered")


@book.check("D2", "says every ten seconds how it is")
def heartbeat(it: Trial) -> None:
    it.now()
    it.server.hear(wire.State, 10 + ANSWER)
