"""What readers do with their subscription on their own page, one module for each thing."""
