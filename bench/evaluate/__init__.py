"""How well the service learns what a reader wants: `make evaluate` (docs/learning.md)."""
