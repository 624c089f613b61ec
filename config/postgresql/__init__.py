"""PostgreSQL as this service uses it: Django's backend, with a deadline for each answer."""
