"""Papers that readers name in forms: what they pasted or uploaded, and what was not found."""
