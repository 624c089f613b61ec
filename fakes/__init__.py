"""Fake servers on this machine, and the real service in processes, for tests and benchmarks.

Each server misbehaves exactly as it is set to.

smtp_sink      an SMTP server that counts mail; smtp_sink_rules and smtp_sink_session are its parts
mail_api       the batch APIs of Postmark, Resend and Brevo; mail_api_providers is the part of each
mail_receiver  both of them in a run of chaos, with one list of arrivals
postfix        smtp-sink and smtp-source of Debian's postfix package, which benchmarks compare with
slow_proxy     a proxy that delays every byte, as on the way to a far server
arxiv          arXiv's query API
web_service    any other HTTP service, with recorded or invented responses

service_processes  the real service in processes that can be killed, with a mail_receiver
service_database   its database, over connections of the test
mail_counts        the mails that were lost or repeated, from its ledger and the arrivals

`tests/` and `bench/` import this package and never each other (tests/test_house.py).
"""
