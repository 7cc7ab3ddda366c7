"""What answers the addresses of this room, by noun."""
