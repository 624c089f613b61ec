"""Requests that nobody sends by mistake, to every route; tests/test_hostile.py sends them."""
