"""What a sceptic must read: checks a proof of ordering and execution, with the standard library alone."""
