"""Who may say and hear what at the broker: what it should hold, and how it comes to hold it."""
