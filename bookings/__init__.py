"""Claims on machine time and the rules for them; knows no interlock."""
