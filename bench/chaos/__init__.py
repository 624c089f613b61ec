"""`make chaos`: real processes, killed and cut off while mails flow, and every mail counted.

Each run has readers who are due, a fault at some moment, and a count at the receiving end:
lost is what neither arrived nor stands in a state that tells of it, repeated is what arrived
twice. Everything runs on servers of its own, on this machine only.
"""
