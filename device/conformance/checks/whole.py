"""What must hold of everything the device has said in the whole trial."""

import wire
from device.conformance.trial import Book, Broken, NotSeen, Trial, states

book: Book[Trial] = Book()


@book.check("shape", "every message was protocol v1, with the right QoS")
def shape(it: Trial) -> None:
    for heard in it.server.heard:
        if isinstance(heard.message, str):
            raise Broken(f"{heard.kind}: {heard.message}")
        if heard.qos != wire.QOS[heard.kind]:
            raise Broken(f"{heard.kind} came with QoS {heard.qos}")


@book.check("shape", "the states of a boot were numbered 1, 2, 3, and their clock ran forwards")
def numbers(it: Trial) -> None:
    last: dict[str, wire.State] = {}
    for state in states(it.server.heard):
        before = last.get(state.boot)
        if before is not None and state.n != before.n + 1 and state != before:
            raise Broken(f"n {before.n} was followed by {state.n}")
        if before is not None and state.up < before.up:
            raise Broken(f"up {before.up} was followed by {state.up}")
        last[state.boot] = state


@book.check("D2", "in every state the relay was on exactly while a session was held", "relay")
def agrees(it: Trial) -> None:
    said = states(it.server.heard)
    if not any(state.relay for state in said):
        raise NotSeen("the relay was never on")
    for state in said:
        on = state.st in ("armed", "running", "grace")
        door = "door" in it.caps and state.st == "locked" and state.sid is None
        if not door and not on == state.relay == (state.sid is not None):
            raise Broken(f"n {state.n}: {state.st}, relay {state.relay}, sid {state.sid}")
        if (state.grace_end is not None) != (state.st == "grace"):
            raise Broken(f"n {state.n}: grace_end in {state.st}")
