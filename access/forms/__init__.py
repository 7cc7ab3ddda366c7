"""What staff type about devices, doors and leave to mend; each form cleans its fields."""
