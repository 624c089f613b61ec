"""Whether a refusal is about one message, or about the settings that all messages share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from mail.outcome import Outcome

# So few messages may all be invalid; more are not, so then it is the settings.
FEW: Final = 3


def resolve_disputed(outcomes: Sequence[Outcome], is_proven: bool) -> list[Outcome]:
    """Turn disputed outcomes into refusals where the provider accepts our other messages.

    Args:
        outcomes: of one burst.
        is_proven: a message of the burst before was accepted. That counts for a burst of one or
            two messages only: settings may become wrong at any time.
    """
    has_accepted = any(outcome.state == "accepted" for outcome in outcomes)
    if not has_accepted and not (is_proven and len(outcomes) < FEW):
        return list(outcomes)
    return [
        replace(outcome, state="refused", disputed=False) if outcome.disputed else outcome
        for outcome in outcomes
    ]
