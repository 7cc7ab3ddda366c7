"""The bare responder beside which taps are measured: answers each message, does nothing else.

python -m benchmarks.echo PORT
"""

import socket
import sys

import paho.mqtt.client as paho

ANSWER = b"x" * 300  # about as long as an answer with its grant


def main(port: int) -> None:
    client = paho.Client(paho.CallbackAPIVersion.VERSION2, client_id="echo")
    client.on_socket_open = lambda _client, _data, sock: sock.setsockopt(
        socket.IPPROTO_TCP, socket.TCP_NODELAY, 1
    )
    client.on_connect = lambda *_: client.subscribe("echo/+/up", qos=1)
    client.on_message = lambda _client, _data, message: client.publish(
        message.topic.replace("/up", "/down"), message.payload[:24] + ANSWER
    )
    client.connect("127.0.0.1", port)
    while client.loop(1.0) == paho.MQTT_ERR_SUCCESS:
        pass


if __name__ == "__main__":
    main(int(sys.argv[1]))
