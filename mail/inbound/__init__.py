"""Mail that comes in: at which addresses, and what it says."""
