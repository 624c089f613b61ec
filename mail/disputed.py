"""Whose fault a refusal is: the mail's, or that of the settings which all mails share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from mail.outcome import Outcome

# So few mails may all be bad; more of them are not.
FEW: Final = 3


def settle(outcomes: Sequence[Outcome], is_proven: bool) -> list[Outcome]:
    """Turn disputed outcomes into refusals where the provider takes our mails otherwise.

    Args:
        outcomes: of one burst.
        is_proven: the burst before had a mail that was accepted. It speaks for a burst of
            one or two mails only: settings may become wrong at any time.
    """
    took_one = any(outcome.state == "accepted" for outcome in outcomes)
    if not took_one and not (is_proven and len(outcomes) < FEW):
        return list(outcomes)
    return [
        replace(outcome, state="refused", disputed=False) if outcome.disputed else outcome
        for outcome in outcomes
    ]
