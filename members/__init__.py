"""People: spaces, plans, memberships, badges, roles, holds, changes; knows no machine."""
