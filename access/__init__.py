"""Taps, decisions, sessions and the MQTT edge; knows no page but its own."""
