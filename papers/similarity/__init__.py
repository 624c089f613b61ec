"""How alike papers are: their vectors, and comparing them."""
