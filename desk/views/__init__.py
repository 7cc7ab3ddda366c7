"""The pages, by noun; each view reads, composes, renders."""
