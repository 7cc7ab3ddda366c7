"""The brokers and the database server that other tests lean on do what they are taken for."""

import paho.mqtt.client as paho
import psycopg
import pytest


@pytest.mark.broker
def test_a_broker_carries_a_message(broker):
    assert echo(broker, b"hello") == b"hello"


@pytest.mark.broker
def test_a_broker_starts_again_on_its_port(own_broker):
    own_broker.stop()
    with pytest.raises(ConnectionRefusedError):
        echo(own_broker, b"lost")
    own_broker.start()
    assert echo(own_broker, b"back") == b"back"


@pytest.mark.broker
def test_mosquitto_carries_a_message_as_any_user(mosquitto):
    assert echo(mosquitto, b"hello") == b"hello"


@pytest.mark.postgres
def test_every_database_is_new(new_postgres_url):
    for _ in range(2):
        with psycopg.connect(new_postgres_url("fresh")) as connection:
            connection.execute("CREATE TABLE machine (id int)")


def echo(broker, payload: bytes) -> bytes | None:
    received = []
    client = paho.Client(paho.CallbackAPIVersion.VERSION2)
    client.on_subscribe = lambda *_: client.publish("echo", payload, qos=1)
    client.on_message = lambda _client, _userdata, message: received.append(message.payload)
    client.connect(broker.host, broker.port)
    client.subscribe("echo", qos=1)
    for _ in range(200):
        if client.loop(0.05) or received:
            break
    client.disconnect()
    return received[0] if received else None
