"""The `payments` program's rules: Ethereum's transfers over whatever a layer ordered (docs/payments.md)."""
