"""Messages to people, written in the caller's transaction; knows users, and nobody else."""
