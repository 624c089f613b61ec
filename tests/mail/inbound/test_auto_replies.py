"""What a program sent is told from what a person wrote."""

from __future__ import annotations

import pytest

from mail.inbound.auto_replies import is_auto_reply, is_marked_vacation
from mail.inbound.mime import take_apart
from tests.mail.inbound.corpus.mails import reply


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: x", "Auto: x", "AutoReply", "Out of Office", "Out-of-office: x", "OOO: x",
        "I am on vacation", "Away from the office", "Vacation reply", "On parental leave",
        "Thank you for your email", "We received your message", "Your ticket #77 was created",
        "Abwesend", "Abwesenheitsnotiz: x", "Automatische Antwort: x", "Nicht im Büro", "Urlaub",
        "Réponse automatique : x", "Absence du bureau", "En congé", "Respuesta automática: x",
        "Fuera de la oficina", "Resposta automática: x", "Risposta automatica: x", "Fuori sede",
        "Automatisch antwoord: x", "Afwezig", "Autosvar: x", "Frånvaro", "Automaattinen vastaus: x",
        "Odpowiedź automatyczna: x", "Automatická odpověď: x", "Automatikus válasz: x",
        "Răspuns automat: x", "Автоматический ответ: x", "Автоответ", "Автоматична відповідь",
        "Αυτόματη απάντηση: x", "Otomatik Yanıt: x", "自動応答: x", "自动回复: x", "不在",
        "자동 회신: x", "부재 중", "رد تلقائي", "תשובה אוטומטית: x",
    ],
)  # fmt: skip
def test_subjects_of_many_languages_are_known(subject: str) -> None:
    mail = take_apart(reply(subject=subject))
    assert is_auto_reply(mail)
    assert is_marked_vacation(mail)


@pytest.mark.parametrize(
    "mail",
    [
        reply(),
        reply(head="Auto-Submitted: no"),
        reply(head="Precedence: first-class"),
        reply(subject="Re: Automatic reply generation with small models"),
        reply(subject="Autonomous driving"),
        reply(subject="A question about absence of evidence"),
        reply(subject="Automata"),
        reply(head="Return-Path: <bob@example.net>"),
        reply(head="X-Loop: lab@example.net"),
        reply(head="X-Auto-Response-Suppress: DR, OOF, AutoReply"),
        reply(head="X-MS-Exchange-Inbox-Rules-Loop: lab@example.net"),
        reply(sender="norbert@example.net"),
        reply(sender="ruth@example.net"),
        reply(sender="rooter@example.net"),
    ],
)
def test_a_person_is_not_taken_for_a_program(mail: bytes) -> None:
    assert not is_auto_reply(take_apart(mail))
