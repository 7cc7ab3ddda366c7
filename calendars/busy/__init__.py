"""Outside calendars whose events close a space or a machine: fetched, read, and made closures."""
