"""What the DNS says of a sender's domain, and what is missing there: `manage.py check_domain`.

Decisions are functions of what a `Dns` answers; only `dns` asks the network.
"""
