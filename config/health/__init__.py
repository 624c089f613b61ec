"""Whether the service works: what `/readyz` asks, and the page while the database is away."""
