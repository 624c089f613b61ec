"""Comparing two rankings on live readers, within their digests: off by default (INTERLEAVE)."""
