"""Brokers that refuse, mumble or say nothing: the device goes on and tries again."""

import socket
from contextlib import contextmanager, suppress
from threading import Thread

import pytest

from tests.device.process import running_device

CONNACK = b"\x20\x02\x00"
ACCEPTED, NOT_AUTHORISED = b"\x00", b"\x05"


@contextmanager
def listening(serve):
    """A port on which `serve` handles each connection; the connections it has seen."""
    server = socket.create_server(("127.0.0.1", 0))
    seen = []

    def accept():
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            seen.append(connection)
            with suppress(OSError):  # the device may be stopped in the middle of it
                serve(connection)

    thread = Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield server.getsockname()[1], seen
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(5)
        for connection in seen:
            connection.close()


def says_nothing(connection):
    pass


def refuses_the_password(connection):
    connection.recv(1024)
    connection.sendall(CONNACK + NOT_AUTHORISED)


def refuses_the_subscription(connection):
    connection.recv(1024)
    connection.sendall(CONNACK + ACCEPTED)
    subscribe = connection.recv(1024)
    connection.sendall(b"\x90\x03" + subscribe[2:4] + b"\x80")


def is_no_broker(connection):
    connection.recv(1024)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 10)


@pytest.mark.parametrize(
    ("serve", "noted"),
    [
        (refuses_the_password, "refused by the broker"),
        (refuses_the_subscription, "subscription refused"),
    ],
)
def test_a_refusal_is_noted_and_tried_again(serve, noted):
    with listening(serve) as (port, seen), running_device("refused-1", port) as device:
        while len(seen) < 2:
            status = device.do()
        assert any(noted in line["what"] for line in status["log"])
        assert not status["connected"]


def test_bytes_that_are_not_mqtt_are_survived():
    with listening(is_no_broker) as (port, seen), running_device("babel-1", port) as device:
        while len(seen) < 2:
            status = device.do()
        assert (status["st"], status["connected"]) == ("locked", False)


def test_a_broker_that_never_answers_does_not_stop_the_clock():
    with listening(says_nothing) as (port, seen), running_device("silence-1", port) as device:
        while not seen:
            before = device.do()["up"]
        assert device.until(patience=2, connected=False)["up"] >= before
        device.do("weld")
        assert device.until(patience=5, st="fault")["relay"] is False
