"""The API over HTTP: what Hugging Face's papers endpoints answer, and what only we know.

The shapes of `/api/daily_papers`, `/api/papers/search` and `/api/papers/{id}` are those that
huggingface_hub reads; docs/api.md shows them at work.
"""
