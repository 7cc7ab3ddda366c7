"""Does a device keep the rules of docs/protocol.md? Seen from outside, over a real broker.

The kit plays the server: it says what an honest one says and what a hostile one might, and looks at
what the device answers. It knows no firmware; hands it asks of people, or of a control port.
"""
