"""Whole pages that are the same for everybody, kept by address, language and version of the data.

docs/decisions/0024-page-cache.md says why, and what may be kept.
"""
