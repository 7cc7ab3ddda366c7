"""D7, D11: off, at once and for good."""

import time

import wire
from device.conformance.trial import Book, Broken, Trial

book: Book[Trial] = Book()


@book.check("D7", "off stops its session at once", "relay")
def stop(it: Trial) -> None:
    _, grant = it.arm()
    it.off(grant.sid)
    it.must_be_off("off")


@book.check("D7", "off for * stops whichever session is held", "relay")
def stop_all(it: Trial) -> None:
    it.arm()
    it.off("*")
    it.must_be_off("off for *")


@book.check("D7", "off in a mode it does not know stops, too", "relay")
def unknown_mode(it: Trial) -> None:
    _, grant = it.arm()
    it.off(grant.sid, mode="conformance")
    it.must_be_off("off in an unknown mode")


@book.check("D7", "off after the job locks a machine that does nothing", "relay")
def after_job_idle(it: Trial) -> None:
    _, grant = it.arm(fin=60)
    it.off(grant.sid, mode="after-job")
    it.must_be_off("off after-job without a job")


@book.check("D7", "off for another boot or another session changes nothing", "relay")
def for_others(it: Trial) -> None:
    _, grant = it.arm()
    it.off(grant.sid, boot="0" * 16)
    it.off("*", boot="0" * 16)
    it.off(it.sid())
    time.sleep(0.1)
    state = it.now()
    if state.sid != grant.sid or not state.relay:
        raise Broken(f"{state.st}, relay {state.relay}")
    it.clear()


@book.check("D7", "an off that overtakes its grant wins", "relay")
def overtakes(it: Trial) -> None:
    asking = it.offer()
    it.off(asking.want or "")
    time.sleep(0.1)
    it.grant(asking)
    it.must_be_off("the grant of a session that was switched off before")


@book.check("D7", "a session switched off before it was offered is not asked for", "relay")
def off_before_offer(it: Trial) -> None:
    it.clear()
    sid = it.sid()
    it.off(sid)
    time.sleep(0.1)
    it.server.say(wire.Offer(boot=it.boot, sid=sid))
    if it.now().want is not None:
        raise Broken("it asked")


@book.check("D11", "the stop button stops without asking, and then tells", "relay", "button")
def stop_button(it: Trial) -> None:
    _, grant = it.arm()
    it.hands.press("stop")
    button = it.server.hear(wire.Button, it.hands.patience)
    if button.name != "stop":
        raise Broken(f"it said {button.name}")
    it.must_be_off("the stop button")
    it.server.say(wire.Offer(boot=it.boot, sid=grant.sid))
    if it.now().want is not None:
        raise Broken("it asked for the session it had stopped")
