"""The `sequitur` commands, one a file."""
