"""Whether a reply asks for no more mail, and nothing else. Pure.

Its first sentence must hold one of the words below and otherwise only words that change nothing
about it. "Stop sending me papers about X" has others: it asks for something else, and an operator
reads it. A wrong guess would end a reader's digests.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_READ: Final = 300  # characters of what is new
_MOST_WORDS: Final = 14
_CORE_WORDS: Final = """
unsubscribe unsubscribed unsub unsubscribing desubscribe optout opt-out stop stopp remove
abmelden abmeldung abbestellen abbestellung austragen kündigen abonnement-kündigen désabonner
désabonnement désabonnez désinscrire désinscription désinscrivez desabonner desabonnement
desinscrire desinscription baja darme desuscribir desuscribirme desuscribirse desuscripción
anular disiscrivere disiscrivermi disiscrivimi disiscrizione cancellarmi cancellami
cancellazione descadastrar descadastre descadastrar-me desinscrever afmelden uitschrijven
opzeggen afmelding avregistrera avprenumerera avsluta avanmäl avanmälan avmeld avmelde afmeld
frameld peruuta peruutus wypisz wypisać wyrejestruj rezygnuję odhlásit odhlaste odhlásenie
leiratkozás leiratkozom dezabonare dezabonați dezabonează odjavi odjava отписаться отпишите
отписать отписка отписку відписатися відпишіть απεγγραφή διαγραφή 退订 退訂 取消订阅 取消訂閱
配信停止 購読解除 登録解除 解除 구독취소 수신거부 구독해지
"""
_CORES: Final = frozenset(_CORE_WORDS.split())
# Two words that mean it together. "Cancel" alone may be about anything.
_PAIRS: Final = (
    ("opt", "out"), ("take", "off"), ("cancel", "subscription"), ("cancel", "digest"),
    ("cancel", "newsletter"), ("end", "subscription"), ("no", "more"), ("sign", "off"),
    ("newsletter", "kündigen"), ("melden", "ab"), ("bestellen", "ab"), ("trag", "aus"),
    ("tragen", "aus"),
    ("keine", "mails"), ("keine", "e-mails"), ("annuler", "abonnement"), ("dar", "baja"),
    ("cancelar", "suscripción"), ("cancelar", "subscrição"), ("cancelar", "inscrição"),
    ("cancelar", "assinatura"), ("annullare", "iscrizione"), ("abonelikten", "çık"),
    ("구독", "취소"), ("수신", "거부"), ("إلغاء", "الاشتراك"), ("hủy", "đăng"),
)  # fmt: skip
_NEUTRAL_WORDS: Final = """
a all an and any anymore at asap be can cancel could digest digests e-mail e-mails email
emailing emails end for from hello hey hi i i'd i'll immediately kindly let like list mail
mailing mails me mailings messages more my newsletter newsletters no now of off on opt out
please pls plz receive receiving request send sending sign subscription subscriptions take thank
thanks the these this those to updates want wish with would you your yours wanted dear team sir
madam again ever it ab aus bestellen bitte danke dem den der des die diese diesem diesen dieser
gerne hallo hiermit ich ihren ihrem kein keine mail-verteiler mein mich mir melden möchte sie
trag tragen vom von verteiler wieder will würde zu mehr guten tag abo abonnement abonnements
annuler au aux bonjour courriel courriels d de du et je l la le les liste m m'abonner ma merci
mes moi mon plaît plait plus recevoir s s'il souhaite svp vos votre vous voudrais veuillez ne
que qu cette ce correo correos boletín cancelar dar deseo el en este esta favor gracias hola
lista los las mi mis más por quiero recibir suscripción se su sus un una annullare buongiorno
ciao della dalla dal grazie iscrizione mia per favore prego questa vorrei voglio posta
assinatura da desta do inscrição meu minha obrigado obrigada olá quero subscrição aub graag mij
uit van voor deze dank alstublieft ik wil nieuwsbrief lijst från mig tack vänligen listan jag
vill fra meg takk tak venligst listen prosím proszę mnie z mě kérem köszönöm от из меня
пожалуйста рассылки рассылку спасибо прошу мене будь ласка
请 我 订阅 お願いします してください をお願いします 해주세요 해 주세요
الاشتراك إلغاء abonelikten çık çıkmak istiyorum lütfen hủy đăng ký
"""
_NEUTRAL: Final = frozenset(_NEUTRAL_WORDS.split())
_SENTENCE: Final = re.compile(r"[.!…。！]+(?=\s|$)|\n\s*\n|\n(?![a-zà-ÿ])|(?<=[。！])")
_WORD: Final = re.compile(r"[^\W_]+(?:[-'][^\W_]+)*")
_GREETING: Final = re.compile(
    r"(?:hi|hello|hey|dear|good (?:morning|day|evening)|hallo|guten (?:tag|morgen)|liebe\S*|"
    r"sehr geehrte\S*|moin|servus|bonjour|madame|monsieur|salut|hola|buen[oa]s \S+|estimad\S+|"
    r"ciao|buongiorno|gentil\S+|ol[áa]|bo[ma] \S+|prezad\S+|beste|geachte\S*|hej|hei|cze[śs][ćc]|"
    r"dzie[ńn] dobry|dobr[ýy] den|здравствуйте|привет|您好|你好|こんにちは|"
    r"안녕하세요)\b[^?\n]{0,60}",
    re.IGNORECASE,
)  # fmt: skip


def asks_to_stop(subject: str, new_text: str) -> bool:
    """Whether a reply says, by its first words, that its writer wants no more mail.

    Args:
        subject: counts where the mail has no text of its own, as one from a `mailto:` link.
        new_text: what the writer added, without the quoted mail.
    """
    if not new_text.strip():
        return _is_command(_plain(subject))
    return _is_command(_first_sentence(_plain(new_text)))


def _plain(text: str) -> str:
    text = unicodedata.normalize("NFKC", text[:_READ]).replace("’", "'").strip()
    return text.strip("\"'*_-–—•«»“”()[] \t")


def _first_sentence(text: str) -> str:
    """The first sentence that is more than a greeting; a line that goes on is one sentence."""
    sentences = [one.strip(" \t\n,") for one in _SENTENCE.split(text) if one]
    sentences = [one for one in sentences if one]
    if len(sentences) > 1 and _GREETING.fullmatch(sentences[0]):
        sentences = sentences[1:]
    return sentences[0] if sentences else ""


def _is_command(sentence: str) -> bool:
    if "?" in sentence or "？" in sentence or "؟" in sentence:
        return False
    words = _WORD.findall(sentence.lower().replace("'", "'"))
    if not words or len(words) > _MOST_WORDS:
        return False
    if _is_denied(words):
        return False
    cores = {one for one in words if one in _CORES or _ends_with_core(one)}
    for pair in _PAIRS:
        if set(pair) <= set(words):
            cores.update(pair)
    return bool(cores) and all(one in cores or _is_neutral(one) for one in words)


def _is_denied(words: list[str]) -> bool:
    """Whether a "no" may turn the rest around: "no more" does not.

    "I receive no more digests" says that they are missing, and not that they are too many.
    """
    those = set(words)
    if {"no", "receive"} <= those and not {"wish", "want", "please", "like"} & those:
        return True
    return "no" in those and not {"more", "más", "longer"} & those


def _ends_with_core(word: str) -> bool:
    """`m'abmelden`, `l'désabonnement`; and scripts without blanks: 请退订."""
    _, apostrophe, rest = word.partition("'")
    if apostrophe and rest in _CORES:
        return True
    return any(core in word for core in _UNSPACED) and _without_cores(word) in _UNSPACED_NEUTRAL


_UNSPACED: Final = tuple(one for one in _CORES if ord(one[0]) > 0x2E80)
_UNSPACED_NEUTRAL: Final = frozenset(
    {"", "请", "請", "我要", "请帮我", "谢谢", "お願いします", "をお願いします", "してください"}
    | {"希望", "を希望します", "해주세요", "합니다", "신청", "부탁드립니다", "요청"}
)


def _without_cores(word: str) -> str:
    for core in sorted(_UNSPACED, key=len, reverse=True):
        word = word.replace(core, "", 1)
    return word


def _is_neutral(word: str) -> bool:
    return word in _NEUTRAL or word.partition("'")[2] in _NEUTRAL - {""}
