"""The sample: fifty real papers with invented signals, and a few readers who do not exist."""
