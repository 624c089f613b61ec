"""A reply that asks for no more mail is told from one that asks for something else."""

from __future__ import annotations

import pytest

from mail.inbound.commands import asks_to_stop


@pytest.mark.parametrize(
    "text",
    [
        "unsubscribe", "Unsubscribe", "UNSUBSCRIBE!", "unsubscribe.", '"unsubscribe"', "Stop",
        "STOP!!!", "stop please", "please stop", "Please unsubscribe me.", "Unsubscribe me please",
        "Hi,\n\nplease unsubscribe me from this list.\n\nThanks,\nBob", "remove me",
        "Please remove me from your mailing list", "remove", "opt out", "Opt-out", "optout",
        "I want to unsubscribe", "I'd like to unsubscribe, thanks", "take me off this list",
        "Kindly take me off your list", "cancel my subscription", "stop sending me these emails",
        "Stop sending me mail", "please stop emailing me", "No more emails please", "unsub",
        "unsubscribe\n\nSent from my iPhone", "*unsubscribe*", "unsubscribe now",
        "End subscription", "I want to receive no more emails",
        "abmelden", "Abmelden", "Bitte abmelden", "Bitte melden Sie mich ab.", "abbestellen",
        "Ich möchte den Newsletter abbestellen", "Hallo,\nich möchte mich abmelden.",
        "Newsletter kündigen",
        "Bitte tragen Sie mich aus dem Verteiler aus", "Bitte keine E-Mails mehr",
        "désabonner", "Me désabonner s'il vous plaît", "Je souhaite me désabonner",
        "Désinscription", "Merci de me désinscrire de cette liste",
        "baja", "darme de baja por favor", "Quiero darme de baja de esta lista",
        "cancelar suscripción", "disiscrivimi", "cancellami dalla lista per favore",
        "descadastrar", "afmelden", "uitschrijven graag", "Avregistrera mig tack", "afmeld mig",
        "wypisz mnie", "proszę mnie wypisać", "odhlásit prosím", "leiratkozás",
        "отписаться", "Отпишите меня пожалуйста", "退订", "请退订", "配信停止",
        "配信停止お願いします",
        "取消订阅", "구독 취소", "수신거부", "إلغاء الاشتراك",
    ],
)  # fmt: skip
def test_a_clear_wish_is_known(text: str) -> None:
    assert asks_to_stop("Re: Sparse attention", text)


@pytest.mark.parametrize(
    "text",
    [
        "stop sending me papers about proteins", "Stop sending papers about X",
        "Stop sending me the weekly one", "please don't unsubscribe me", "Do not unsubscribe me",
        "unsubscribe?", "How do I unsubscribe?", "Did I unsubscribe by mistake?",
        "Unsubscribe me from robotics", "Stop\nsending me papers about proteins",
        "remove the topic robotics", "Remove paper 3", "Can you remove my colleague Eve?",
        "I never want to unsubscribe, this is great", "Stop words are missing in the index",
        "nicht abmelden", "Ich will mich nicht abmelden", "Bitte nicht abbestellen",
        "Wie kann ich mich abmelden?", "ne pas désabonner", "no quiero darme de baja",
        "cancel", "Cancel the meeting", "end", "off", "list", "", "   ", "\n\n", "please", "thanks",
        "The unsubscribe link is broken", "Your unsubscribe page fails with error 500",
        "Great!\n\nunsubscribe", "Stop: a survey of stopping rules is missing",
        "no longer at this address", "Не отписывайте меня", "不要退订", "取消订阅的方法",
        "stop " * 50, "unsubscribe " + "x" * 500,
        "I receive no more digests.", "Hello, I receive no more mails from you",
    ],
)  # fmt: skip
def test_what_may_mean_something_else_is_left_to_a_person(text: str) -> None:
    assert not asks_to_stop("Re: Sparse attention", text)


def test_the_subject_counts_only_where_there_is_no_text() -> None:
    assert asks_to_stop("unsubscribe", "")
    assert asks_to_stop("Unsubscribe", " \n")
    assert not asks_to_stop("unsubscribe", "I changed my mind, keep me on it")
    assert not asks_to_stop("Re: Sparse attention", "")
    assert not asks_to_stop("Re: How to stop a robot", "")
