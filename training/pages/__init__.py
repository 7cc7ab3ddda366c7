"""What the pages of the training room show, by noun."""
