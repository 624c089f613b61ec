"""Fake servers on this machine, for tests and benchmarks alike: each misbehaves exactly as asked.

smtp_sink    an SMTP server that counts mail; smtp_sink_rules and smtp_sink_session are its parts
mail_api     the batch APIs of Postmark, Resend and Brevo; mail_api_providers is the part of each
arxiv        arXiv's query API
web_service  any other HTTP service, recorded or made up
slow_proxy   a way to a far server: every byte arrives later

`tests/` and `bench/` import this package and never each other (tests/test_house.py).
"""
