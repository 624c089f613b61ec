"""`make chaos`: real processes, killed or disconnected while they send, and every mail counted.

Each run has subscribers who are due, a fault at some moment, and a count at the receiving end:
a mail is lost that neither arrived nor has a state that allows for it, and repeated that arrived
twice. Everything runs on servers of its own, on this machine only.
"""
