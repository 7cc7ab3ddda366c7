"""Protocol v1 between Benchkey and its devices. Knows no broker, clock or hardware.

docs/protocol.md is the specification; this package is its executable form, standard library only.

Messages (wire.messages, wire.codec)
    parse_up(topic, payload, key=None) -> Avail | Hello | Tap | State | Button | Journal
        each with .device
    parse_down(topic, payload, key=None, verifier=None)
        -> Answer | Offer | Grant | Lease | Off | Sync | Text | List | Filed
        Both raise ProtocolError(code, detail) and nothing else, whatever the bytes. Codes:
        bad-topic, wrong-version, unknown-kind, too-long, not-utf8, not-json, bad-field,
        unsigned, bad-signature. With a key only what it has signed counts, without one only what
        is not signed: who must sign is the caller's rule. wire.sign.is_signed(payload) only looks.
        A List is always signed, by the key or as the verifier, if one is given, finds genuine.
        `detail` is printable ASCII of at most 120 characters: safe to log and to store.
    Alive is the union of those that name a boot, Up and Down that of all.
    encode_up(message, key=None) -> (topic, payload)
    encode_down(device, message, key=None, signer=None) -> (topic, payload)
        parse(*encode(m)) == m. A List is signed by the signer with Ed25519, else with the key.
        `text` is cut to what a display holds (wire.clip), every other field is sent as it is.
    QOS[message.kind], RETAIN[message.kind]                      how each kind is published
    up_filter() and down_filter(device)                          what to subscribe to

A device: rules D1 to D12 as a state machine without clock or hardware
    from wire.device import Device; from wire.memory import Config; from wire.events import ...
    device = Device(Config(name="laser-1", caps=("relay", "reader", "current")), boot="16 hex")
    effects = device.handle(event, up)     `up`: seconds since boot, int or float, never decreasing
        events:  Boot(why) first, then Connected() Disconnected() Received(message) Tick()
                 Tapped(badge, nonce) Typed(key) Pressed(name, nonce) Current(ma) Aux(closed)
        effects: Relay(on) Publish(message) Save(store) Show(display) Beep(times)
                 Ignored(what, why), to be carried out in the order given. Ignored is for the log.
    A Tick every 0.1 s keeps the timers. Everything the device knows is in `device.memory` (st,
    relay, session, n, ended, ...); copy.deepcopy copies a device. A reboot is a new Device with
    another boot and the store last saved.
"""

from wire.codec import clip, down_filter, encode_down, encode_up, parse_down, parse_up, up_filter
from wire.fields import ProtocolError
from wire.messages import (
    QOS,
    RETAIN,
    Alive,
    Answer,
    Avail,
    Button,
    Down,
    Entry,
    Filed,
    Grant,
    Hello,
    Journal,
    Lease,
    List,
    Off,
    Offer,
    Row,
    State,
    Sync,
    Tap,
    Text,
    Up,
)

__all__ = [
    "QOS",
    "RETAIN",
    "Alive",
    "Answer",
    "Avail",
    "Button",
    "Down",
    "Entry",
    "Filed",
    "Grant",
    "Hello",
    "Journal",
    "Lease",
    "List",
    "Off",
    "Offer",
    "ProtocolError",
    "Row",
    "State",
    "Sync",
    "Tap",
    "Text",
    "Up",
    "clip",
    "down_filter",
    "encode_down",
    "encode_up",
    "parse_down",
    "parse_up",
    "up_filter",
]
