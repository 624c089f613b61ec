"""Digests that choices would have brought: nothing is stored or sent."""
