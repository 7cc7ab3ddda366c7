"""`./run demo`: the believable makerspace, kept running until Ctrl-C."""

import asyncio
import time

from demo.processes import free_port
from demo.supervisor import ROOT, Site, Supervisor, run_site

WARN_SECONDS = 45  # before the end; the default of minutes is more than a booking of two has
STARTED = time.perf_counter()


def run(*, port: int, lan: bool) -> None:
    web_port = free_port(port)
    if web_port != port:
        print(f"Port {port} is taken; using {web_port}.")
    site = Site(ROOT / "var" / "demo", web_port, lan)
    print("Starting …", flush=True)
    run_site(site, prepare, welcome)
    print("\nStopped.")


def prepare() -> dict[str, list[str]]:
    """Brings the demo's database up to date; returns its devices."""
    import django  # here, so that the broker and the web are already starting meanwhile

    django.setup()
    from django.core.management import call_command

    from access.models import Device

    call_command("migrate", verbosity=0)
    call_command("demo_data", verbosity=0)
    devices = Device.objects.filter(revoked_at=None)
    return {device.name: _options(device.is_interlock) for device in devices}


def _options(is_interlock: bool) -> list[str]:
    return ["--warn", str(WARN_SECONDS)] if is_interlock else ["--caps", "reader,display"]


async def welcome(supervisor: Supervisor) -> None:
    print(words(supervisor.site), flush=True)
    await asyncio.Event().wait()  # until Ctrl-C cancels it


def words(site: Site) -> str:
    from demo.data.people import LOGINS, PASSWORD

    width = max(map(len, LOGINS))
    logins = [f"  {name + '@example.org':{width + 13}} {LOGINS_DO[name]}" for name in LOGINS]
    return TEXT.format(
        url=site.base_url,
        seconds=time.perf_counter() - STARTED,
        password=PASSWORD,
        logins="\n".join(logins),
        broker=site.broker_kind,
        broker_port=site.broker_port,
        caution=EMBEDDED if site.broker_kind == "iotcore" else "",
        lan=LAN if site.lan else "",
        directory=site.directory.relative_to(ROOT),
    )


LOGINS_DO = {
    "alice": "certified, and booked",
    "bob": "his certification has lapsed",
    "charlie": "joined this week",
    "marta": "may certify others",
    "dana": "staff: certifies, locks machines out, enrols badges",
    "priya": "admin",
}

TEXT = """
Benchkey is up after {seconds:.1f} s:  {url}/demo/
{lan}
Sign in with the password "{password}":
{logins}

What to try
  {url}/demo/    tap badges at a drawn machine, pull its network, kill the gatekeeper
  {url}/board/   every gap is a link to book it
  {url}/         what a member sees first; as staff, {url}/desk/

Every message, over {broker}: mosquitto_sub -p {broker_port} -t 'bk/1/#' -v{caution}
Logs, and the mail it would have sent: {directory}/*.log
Ctrl-C stops all of it.
"""
EMBEDDED = """
  iotcore is embedded and has no access rules: for trying only. Better: apt-get install mosquitto"""
LAN = """
Everybody on this network can open it, with these passwords. Passkeys work on localhost only.
"""
