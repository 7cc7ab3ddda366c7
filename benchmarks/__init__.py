"""How fast Benchkey is, measured on this machine: real broker, real processes, a full database."""
