"""Every mail as it is sent, and what tests/test_emails_*.py ask of all of them."""
