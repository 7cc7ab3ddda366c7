"""The pages of the room, by noun; each a view of about ten lines."""
