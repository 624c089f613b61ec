"""Mails to one person: which notices are queued, what each mail says, and how it is rendered."""
