"""`make chaos`: real processes, killed and cut off while mails are sent, and every mail counted.

Each run has subscribers who are due, a fault at some moment, and a count at the receiving end:
lost is a mail that neither arrived nor has a state that says so, repeated is a mail that arrived
twice. Everything runs on servers of its own, on this machine only.
"""
