"""The pages of devices, doors and leave to mend, by noun."""
