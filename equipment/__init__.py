"""Machines, what they ask of people, and the one judge of it; knows no booking."""
