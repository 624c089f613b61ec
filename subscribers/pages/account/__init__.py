"""The pages on which readers run their own subscription, behind the link in their mails."""
