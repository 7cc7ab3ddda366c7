"""What a server must do, rules S1 to S6 of docs/protocol.md, as far as it shows to one device.

Each check begins with a boot of its own, which ends whatever the one before left on.
"""

import secrets
import time
from dataclasses import replace

import wire
from device.conformance.server import Silence
from device.conformance.trial import Book, Broken, NotSeen
from device.conformance.visit import ANSWER, QUIET, STRANGER, Visit
from wire import sign
from wire.fields import TEXT_LENGTH
from wire.offline import LONGEST_LIST

LEASE = 30
book: Book[Visit] = Book()


@book.check("S1", "a boot that it does not know is asked, and then listened to")
def asks(it: Visit) -> None:
    it.reboot()
    it.tap(STRANGER)


@book.check("S1", "a tap of a boot that has not answered decides nothing")
def another_boot(it: Visit) -> None:
    it.reboot()
    tap = it.a_tap(it.known, boot=secrets.token_hex(8))
    it.played.say(tap)
    it.must_hear_none(wire.Answer, "a tap of another boot", lambda m: m.nonce == tap.nonce)


@book.check("S1", "an old state that comes late gets no lease")
def late_state(it: Visit) -> None:
    it.reboot()
    late = it.a_state("armed", "x")
    _, grant = it.arm()
    it.played.say(replace(late, sid=grant.sid))
    it.must_hear_none(wire.Lease, "a state older than the last", lambda m: m.re == late.n)


@book.check("S1", "what is no message changes nothing, and the next one is heard")
def rubbish(it: Visit) -> None:
    it.reboot()
    topic = f"bk/1/{it.played.name}/up/"
    nul = b'{"boot":"%b","up":1,"nonce":"\\u0000","badge":"04AA"}' % it.boot.encode()
    for kind, payload in (
        ("tap", b"{"), ("tap", b"\xff\xfe\x00"), ("tap", nul), ("state", b"[" * 900),
        ("hello", b"x" * 5000), ("dance", b"{}"), ("journal", b'{"j":[{}]}'),
    ):  # fmt: skip
        it.played.send(topic + kind, payload)
    it.tap(STRANGER)


@book.check("S2", "whoever has booked is granted, on the clock of the device")
def grants(it: Visit) -> None:
    it.reboot()
    tap, answer = it.tap(it.known)
    grant = answer.grant
    if not answer.ok or grant is None:
        raise NotSeen(f"the known badge was told {answer.code}: it needs a booking now")
    if (grant.boot, grant.re) != (it.boot, tap.nonce):
        raise Broken("the grant is not the one for this tap")
    if not tap.up < grant.exp <= tap.up + LEASE:
        raise Broken(f"exp is {grant.exp}, for a tap at {tap.up}")
    if grant.hard < grant.exp or grant.hard < tap.up + grant.left:
        raise Broken(f"hard is {grant.hard}, and exp {grant.exp}, with {grant.left} s left")


@book.check("S2", "whoever has not is refused, in words that fit a display")
def refuses(it: Visit) -> None:
    it.reboot()
    for badge in (it.other, STRANGER):
        _, answer = it.tap(badge)
        if answer.ok or answer.grant is not None:
            raise Broken(f"badge …{badge[-4:]} was told {answer.code}")
        if not 0 < len(answer.text) <= TEXT_LENGTH:
            raise Broken(f"{len(answer.text)} characters for the display")


@book.check("S2", "a tap that is repeated gets the same answer, and not a second more")
def repeats(it: Visit) -> None:
    it.reboot()
    tap, first = it.tap(it.known)
    time.sleep(1.1)
    it.played.say(tap)
    if it.answer_to(tap) != first:
        raise Broken("another answer to the same tap")


@book.check("S2", "the number of a tap is good for one badge alone")
def one_badge(it: Visit) -> None:
    it.reboot()
    tap, _ = it.tap(STRANGER)
    it.played.say(replace(tap, badge=it.known))
    if it.answer_to(tap).ok:
        raise Broken("a second badge was granted under the same nonce")


@book.check("S2", "a tap that comes late is not acted on")
def stale(it: Visit) -> None:
    it.reboot()
    tap = it.a_tap(it.known)
    it.state(up=it.up + 10)
    it.played.say(tap)
    it.must_hear_none(wire.Answer, "a tap ten seconds old", lambda m: m.ok)


@book.check("S2", "a stranger's tap leaves a session alone")
def in_use(it: Visit) -> None:
    it.reboot()
    _, grant = it.arm()
    _, answer = it.tap(it.other)
    if answer.ok or answer.grant is not None:
        raise Broken(f"somebody else was told {answer.code}")
    it.lease_for(it.state("armed", grant.sid))


@book.check("S3", "each state of a session is answered by a lease for it alone")
def leases(it: Visit) -> None:
    it.reboot()
    _, grant = it.arm()
    for _ in range(3):
        state = it.state("armed", grant.sid)
        lease = it.lease_for(state)
        if (lease.boot, lease.sid) != (it.boot, grant.sid):
            raise Broken("the lease is for something else")
        if not state.up < lease.exp <= state.up + LEASE:
            raise Broken(f"exp is {lease.exp}, for a state at {state.up}")
        time.sleep(0.3)


@book.check("S3", "a session it does not know is switched off")
def unknown(it: Visit) -> None:
    it.reboot()
    sid = f"kit-{secrets.token_hex(6)}"
    it.state("running", sid)
    it.off_for(sid)
    it.must_hear_none(wire.Lease, "a session of nobody's")


@book.check("S3", "what was never offered is not granted for the asking")
def unasked(it: Visit) -> None:
    it.reboot()
    it.state(want=f"kit-{secrets.token_hex(6)}")
    it.must_hear_none(wire.Grant, "a want for nothing")


@book.check("S4", "a new boot ends the session, and the next has another name")
def new_boot(it: Visit) -> None:
    it.reboot()
    _, grant = it.arm()
    it.reboot()
    it.state("armed", grant.sid)
    it.off_for(grant.sid)
    it.state()
    if it.granted().sid == grant.sid:
        raise Broken("a session's name was given again")


@book.check("S4", "a session the device has let go of is over for good")
def let_go(it: Visit) -> None:
    it.reboot()
    _, grant = it.arm()
    it.state()
    it.state("armed", grant.sid)
    it.off_for(grant.sid)


@book.check("mac", "what is not signed, or not with the key, is not acted on", "mac")
def forged(it: Visit) -> None:
    it.reboot()
    tap = it.a_tap(STRANGER)
    topic, payload = wire.encode_up(tap, bytes(32))
    it.played.send(topic, payload)
    it.must_hear_none(wire.Answer, "a tap with a forged signature", lambda m: m.nonce == tap.nonce)


@book.check("mac", "everything it says is signed with the key of the device", "mac")
def signed(it: Visit) -> None:
    it.reboot()
    it.tap(STRANGER)
    wrong = [message for message, _ in it.played.heard if isinstance(message, str)]
    if wrong:
        raise Broken(wrong[0])


@book.check("S6", "it hands over the time in answer to a state", "list-hmac")
def time_of_day(it: Visit) -> None:
    it.reboot()
    it.state()
    it.played.forget()
    it.reboot()
    state = it.state()
    sync = it.played.hear(wire.Sync, ANSWER, lambda m: m.re is not None)
    if sync.utc is None or abs(sync.utc - time.time()) > 120:
        raise Broken(f"the time is {sync.utc}")
    if sync.re is None or sync.re > state.n:
        raise Broken("it answers a state that was not sent")


@book.check("D10", "its list is retained, short, valid for a day at most, and names who has booked")
def listed(it: Visit) -> None:
    if it.played.key is None:
        raise NotSeen("needs the device's key: --key")
    it.reboot()
    found = [m for m, _ in it.played.heard if isinstance(m, wire.List)]
    if not found:
        try:
            found = [it.played.hear(wire.List, ANSWER)]
        except Silence:
            raise NotSeen("the device was given no list") from None
    newest = found[-1]
    if newest.dev != it.played.name or not newest.iss < newest.exp <= newest.iss + LONGEST_LIST:
        raise Broken(f"for {newest.dev}, from {newest.iss} until {newest.exp}")
    hashed = sign.badge_in_list(it.played.key, it.known)
    if hashed not in {entry.badge for entry in newest.e}:
        raise Broken("whoever has booked is not in it")
    if sign.badge_in_list(it.played.key, STRANGER) in {entry.badge for entry in newest.e}:
        raise Broken("a badge nobody has is in it")


@book.check("S6", "rows of a journal are acked each time they are shown", "list-hmac")
def rows(it: Visit) -> None:
    it.reboot()
    row = wire.Row(_number(), it.boot, it.up, int(time.time()), "gap")
    journal = wire.Journal(it.played.name, it.boot, it.up, 0, row.i, (row,))
    for _ in range(2):
        it.played.say(journal)
        it.played.hear(wire.Filed, ANSWER, lambda filed: filed.upto == row.i)


@book.check("S6", "rows that do not follow one another are not acked", "list-hmac")
def bad_rows(it: Visit) -> None:
    it.reboot()
    number = _number()
    row = wire.Row(number, it.boot, it.up, int(time.time()), "gap")
    it.played.say(wire.Journal(it.played.name, it.boot, it.up, 0, number - 1, (row,)))
    it.must_hear_none(wire.Filed, "rows that do not begin where they say")


@book.check("S6", "a session of the device's own that no row tells of gets no lease", "list-hmac")
def untold(it: Visit) -> None:
    it.reboot()
    it.state("armed", f"off-{it.boot}-1")
    it.must_hear_none(wire.Lease, "a session nobody began")


@book.check("S5", "the end of a session is repeated each second until it shows")
def insists(it: Visit) -> None:
    it.reboot()
    _, grant = it.arm()
    it.tap(it.known)  # their own tap ends an armed session
    ends = time.monotonic() + 3 * QUIET  # for all three: on a busy machine one may be late
    for _ in range(3):
        it.off_for(grant.sid, seconds=max(0.0, ends - time.monotonic()))
    it.state()
    it.played.forget()
    time.sleep(QUIET)
    it.must_hear_none(wire.Off, "it had shown", lambda m: m.sid == grant.sid)


def _number() -> int:
    """A row that was never shown before: rows are numbered for good."""
    return int(time.time() * 10) % 0x8000_0000


ALL = book.checks
