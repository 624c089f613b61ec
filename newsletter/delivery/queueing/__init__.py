"""Which subscribers are due, and their rows in the ledger."""
