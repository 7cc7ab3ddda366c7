"""What the command lines of this package take, each refused in words. Knows no command."""

import argparse
import ipaddress
import string
from pathlib import Path

from wire import fields


def name(text: str) -> str:
    if not fields.name(text):
        raise argparse.ArgumentTypeError("1 to 32 characters out of a-z, 0-9 and -")
    return text


def key(text: str) -> bytes:
    if len(text) != 64 or text.strip(string.hexdigits):
        raise argparse.ArgumentTypeError("64 hex digits")
    return bytes.fromhex(text)


def address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal():
        raise argparse.ArgumentTypeError("HOST:PORT")
    return host, int(port)


def existing(text: str) -> str:
    if not Path(text).is_file():
        raise argparse.ArgumentTypeError(f"there is no file {text}")
    return text


def loopback(text: str) -> tuple[str, int]:
    host, port = address(text)
    if not ipaddress.ip_address(host).is_loopback:
        raise argparse.ArgumentTypeError("the control port is for this computer only")
    return host, port
