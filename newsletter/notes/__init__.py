"""Curators' notes in the admin."""
