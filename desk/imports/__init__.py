"""Bringing people, machines and certifications in from CSV files (docs/import.md).

First the whole file is read and judged, then what is sound is written in short transactions, so
that a tap at a machine never waits for an import. Every file may be brought in again.
"""
