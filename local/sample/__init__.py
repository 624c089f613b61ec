"""The sample: fifty real papers with invented signals, and a few invented readers."""
