"""Mounts every room of the house; nothing imports it."""
