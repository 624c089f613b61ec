"""The texts of an outcome name no reader."""

from __future__ import annotations

from mail.outcome import Outcome, private

ADA = "ada.lovelace+news@xn--bcher-kva.example"


def test_an_accepted_outcome_is_returned_as_it_is() -> None:
    outcome = Outcome("accepted", provider_id="<1@mail.example>")
    assert private(outcome, ADA, ours="") is outcome


def test_an_accepted_outcome_whose_id_names_the_reader_is_cut() -> None:
    outcome = private(Outcome("accepted", provider_id=f"250 <{ADA}> queued"), ADA, ours="")
    assert outcome == Outcome("accepted", provider_id="250 <…> queued")


def test_of_a_refusal_only_the_texts_change() -> None:
    refusal = Outcome("refused", error=f"550 5.1.1 {ADA}", is_hard_bounce=True)
    assert private(refusal, ADA, ours="") == Outcome(
        "refused", error="550 5.1.1 …", is_hard_bounce=True
    )
