"""The forms of the training room, by noun."""
