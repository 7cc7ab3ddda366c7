"""What Benchkey holds about one person: handed out whole, or forgotten as far as may be."""
