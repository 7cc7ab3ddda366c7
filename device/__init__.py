"""The reference device: the rules of wire on a real MQTT connection and a simulated machine.

Needs Python and paho-mqtt only; it refuses to know anything of the server it talks to.
"""
