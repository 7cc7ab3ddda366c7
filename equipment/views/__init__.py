"""The pages, by noun. Whoever lacks the role for the thing asked for gets 404, as for no thing."""
