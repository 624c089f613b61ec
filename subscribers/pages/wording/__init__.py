"""What the pages of a subscription say of addresses, terms, requests and times."""
