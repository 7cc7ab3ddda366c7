"""The pages of the training room, by noun."""
