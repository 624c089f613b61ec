"""The table of wordings is in use, and hostile texts cost no time."""

from __future__ import annotations

import re
import time

import pytest

from mail.refusals.meanings import MISSING
from mail.refusals.wordings import CODES, FOR_NOW, LINKS, POLICY, WORDS, Rule
from tests.mail.refusals.test_replies import REPLIES
from tests.mail.refusals.test_stored import MISSING_BY_WORDS


@pytest.mark.parametrize("rule", WORDS, ids=lambda rule: rule.words.pattern[:30])
def test_each_rule_finds_a_reply_of_a_real_server(rule: Rule) -> None:
    replies = [*(reply for reply, _ in REPLIES), *MISSING_BY_WORDS]
    replies += ["550 insufficient system storage"]
    assert any(rule.words.search(reply.lower()) for reply in replies)


def test_what_is_about_the_sender_is_looked_for_before_a_missing_mailbox() -> None:
    assert WORDS[-1].meaning == MISSING
    assert [rule.meaning for rule in WORDS].count(MISSING) == 1


def test_no_code_of_a_policy_says_that_a_mailbox_is_missing() -> None:
    missing = {code for code, meaning in CODES.items() if meaning == MISSING}
    assert missing == {"1.1", "1.2", "1.3", "1.6", "1.10", "2.1", "4.4"}


@pytest.mark.parametrize(
    "piece", ["user is ", "mailbox ", "a", "account a ", "message ", "sender is ", "your ip "]
)
def test_a_hostile_text_takes_no_time(piece: str) -> None:
    text = (piece * 1000)[:1000]
    patterns: list[re.Pattern[str]] = [rule.words for rule in (*WORDS, *LINKS)] + [FOR_NOW, POLICY]
    began = time.perf_counter()
    for pattern in patterns:
        pattern.search(text)
    assert time.perf_counter() - began < 0.5
