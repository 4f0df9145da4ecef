"""The state of the `payments` program as one number: an indexed Merkle tree of accounts (docs/state.md)."""
