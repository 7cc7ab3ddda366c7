"""`./run demo`: the believable makerspace, kept running until Ctrl-C."""

import asyncio
import time

from demo.processes import free_port
from demo.supervisor import ROOT, Site, Supervisor, run_site

STARTED = time.perf_counter()


def run(*, port: int, lan: bool) -> None:
    web_port = free_port(port)
    if web_port != port:
        print(f"Port {port} is taken; using {web_port}.")
    site = Site(ROOT / "var" / "demo", web_port, lan)
    print("Starting …", flush=True)
    run_site(site, prepare, welcome)
    print("\nStopped.")


def prepare() -> list[str]:
    """Brings the demo's database up to date; returns the names of its interlocks."""
    import django  # here, so that the broker and the web are already starting meanwhile

    django.setup()
    from django.core.management import call_command

    from access.models import Device

    call_command("migrate", verbosity=0)
    call_command("demo_data", verbosity=0)
    return list(Device.objects.order_by("name").values_list("name", flat=True))


async def welcome(supervisor: Supervisor) -> None:
    site = supervisor.site
    print(WELCOME.format(url=site.base_url, directory=site.directory, **about(site)), flush=True)
    await asyncio.Event().wait()  # until Ctrl-C cancels it


def about(site: Site) -> dict[str, str]:
    broker = f"{site.broker_kind} on 127.0.0.1:{site.broker_port}"
    if site.broker_kind == "iotcore":
        broker += " (embedded: no access rules, for trying only; apt-get install mosquitto)"
    lan = (
        "\nAnyone on this network can open it. Passkeys work on localhost only.\n"
        if site.lan
        else ""
    )
    return {"broker": broker, "lan": lan, "seconds": f"{time.perf_counter() - STARTED:.1f}"}


WELCOME = """
  Benchkey is up after {seconds} s:   {url}/demo/
{lan}
"""
