"""D9: current where none may flow. Needs somebody who can weld a contactor, so a simulated one."""

import time

import wire
from device.conformance.trial import Book, Broken, Trial

book: Book[Trial] = Book()


@book.check("D9", "current behind an open relay is a fault that takes no grant", "relay", "current")
def stuck(it: Trial) -> None:
    it.clear()
    it.hands.weld(on=True)
    try:
        state = it.server.hear(wire.State, 6, lambda state: state.st == "fault")
        if state.fault != "contactor-stuck" or state.relay:
            raise Broken(f"fault {state.fault}, relay {state.relay}")
        it.server.say(wire.Offer(boot=it.boot, sid=it.sid()))
        if it.now().want is not None:
            raise Broken("it asks for sessions while in fault")
    finally:
        it.hands.weld(on=False)
    if it.now().st != "fault":
        raise Broken("the fault went away by itself")
    it.reboot()
    it.must_be_off("the reboot")


@book.check("D9", "a job that is cut and runs down at once is no fault", "relay", "current")
def cut_is_no_fault(it: Trial) -> None:
    grant = it.start(fin=0)
    it.off(grant.sid)
    it.state(st="locked", relay=False)
    time.sleep(3)
    it.must_be_off("off while a job ran")
