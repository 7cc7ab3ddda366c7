"""What pages tell of devices: read, compared and worded for people. Decides nothing."""
