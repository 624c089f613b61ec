"""The HTTP API: the papers endpoints of Hugging Face, and endpoints of our own.

The JSON of `/api/daily_papers`, `/api/papers/search` and `/api/papers/{id}` is the one that
huggingface_hub reads; docs/api.md has examples.
"""
