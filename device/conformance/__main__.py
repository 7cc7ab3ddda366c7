"""python -m device.conformance NAME: try a device against every rule that shows outside.

One line per rule: ok, FAIL and why, or not seen and why. Exit code 0 if nothing failed, 1 if
something did, 2 if the device could not be tried at all. With --server it is the other way round:
the kit plays the device NAME, honest and not, and tries the server. With --play-devices simulated
devices tap badges at a server, and its answers are printed.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from device.arguments import address, key, loopback, name
from device.client import Address
from device.conformance.checks import ALL
from device.conformance.hands import Control, Hands, Nobody, NoHands, People
from device.conformance.played import Played
from device.conformance.players import play
from device.conformance.server import Server, Silence
from device.conformance.server_checks import ALL as SERVER
from device.conformance.trial import Broken, Check, NotSeen, Trial
from device.conformance.visit import Visit

OK, FAIL, NOT_SEEN = "ok", "FAIL", "not seen"
OnTrial = TypeVar("OnTrial", Trial, Visit)


def main(argv: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(argv)
    host, port = options.broker
    where = Address(host, port, options.username, options.password)
    try:
        if options.play_devices:
            badges = options.badges.split(",")
            return 0 if play(options.name, options.play_devices, where, badges, _say) else 1
        return _try_server(options, where) if options.server else _try(options, where)
    except (OSError, Silence) as error:
        _say(f"{options.name} could not be tried: {error}")
        return 2


def _try(options: argparse.Namespace, where: Address) -> int:
    hands = _hands(options)
    server = Server(options.name, where, options.key)
    server.signs = options.mac
    try:
        trial = Trial(server, hands, options.run_ma)
        trial.meet()
        checks = [c for c in ALL if options.only in (None, c.rule) or options.only == c.title]
        verdicts = run(trial, checks, _say)
    finally:
        server.close()
        hands.close()
    return _sum_up(verdicts)


def _sum_up(verdicts: list[str]) -> int:
    _say(", ".join(f"{verdicts.count(verdict)} {verdict}" for verdict in (OK, FAIL, NOT_SEEN)))
    return 1 if FAIL in verdicts else 0


def _try_server(options: argparse.Namespace, where: Address) -> int:
    played = Played(options.name, where, options.key)
    try:
        visit = Visit(played, options.known, options.other)
        chosen = [c for c in SERVER if options.only in (None, c.rule) or options.only == c.title]
        verdicts = run(visit, chosen, _say)
    finally:
        played.close()
    return _sum_up(verdicts)


def run(trial: OnTrial, checks: Iterable[Check[OnTrial]], say: Callable[[str], None]) -> list[str]:
    """Try one rule after another; a line about each."""
    verdicts = []
    for check in checks:
        verdict, why = _verdict(trial, check)
        say(f"{verdict:<8}  {check.rule:<5}  {check.title}" + (f": {why}" if why else ""))
        verdicts.append(verdict)
    return verdicts


def _verdict(trial: OnTrial, check: Check[OnTrial]) -> tuple[str, str]:
    missing = check.caps - trial.caps
    if missing:
        return NOT_SEEN, f"it has no {', '.join(sorted(missing))}"
    try:
        check.run(trial)
    except (Broken, Silence) as error:
        return FAIL, str(error)
    except (NotSeen, NoHands) as error:
        return NOT_SEEN, str(error)
    return OK, ""


def _hands(options: argparse.Namespace) -> Hands:
    if options.control:
        return Control(*options.control)
    return People() if sys.stdin.isatty() else Nobody()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m device.conformance",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("name", type=name, help="the device's name; with --play-devices its stem")
    parser.add_argument("--broker", type=address, default=("127.0.0.1", 1883), metavar="HOST:PORT")
    parser.add_argument("--username", help="one that may do what the server may")
    parser.add_argument("--password", default=os.environ.get("BENCHKEY_CONFORMANCE_PASSWORD"))
    parser.add_argument("--control", type=loopback, metavar="127.0.0.1:PORT")
    parser.add_argument(
        "--key",
        type=key,
        default=os.environ.get("BENCHKEY_DEVICE_KEY"),
        help="the device's key, 64 hex digits; or BENCHKEY_DEVICE_KEY",
    )
    parser.add_argument("--mac", action="store_true", help="the device signs all it says")
    parser.add_argument("--run-ma", type=int, default=800, help="current from which its job runs")
    parser.add_argument("--only", metavar="RULE", help="one rule, as D4, or one title")
    parser.add_argument("--server", action="store_true", help="try a server, as the device NAME")
    parser.add_argument("--known", default="04A1B2C3", help="badge of who has booked it now")
    parser.add_argument("--other", default="04D4E5F6", help="badge of a member who has not")
    parser.add_argument("--play-devices", type=int, metavar="N", help="play N devices instead")
    parser.add_argument("--badges", default="04A1B2C3", help="what they tap, with commas between")
    return parser


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
