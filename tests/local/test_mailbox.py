from __future__ import annotations

import mailbox as standard_mailbox
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from local import mailbox
from local.smtp_catcher import Maildir

HTML = "<!doctype html><html><head><title>Hi</title></head><body><p>Zoë</p></body></html>"


def make_mail(
    subject: str = "Your papers", to: str = "ada@example.com", html: str | None = HTML
) -> bytes:
    message = EmailMessage()
    message["From"] = "Trending Papers <digest@localhost>"
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = "Mon, 23 Nov 2026 08:00:00 +0100"
    message.set_content("Zoë, in plain words.\n")
    if html is not None:
        message.add_alternative(html, subtype="html")
    return message.as_bytes()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "mail"


def file_mail(folder: Path, content: bytes) -> str:
    return Maildir(folder).store(content).name


def read(folder: Path, content: bytes) -> mailbox.Mail:
    found = mailbox.read(folder, file_mail(folder, content))
    assert found is not None
    return found


# ── the list ─────────────────────────────────────────────────────────────────


def test_there_are_no_mails_before_the_first(folder: Path) -> None:
    assert mailbox.keys(folder) == []
    assert mailbox.addressed_to(folder, "ada") == []


def test_the_newest_mail_comes_first(folder: Path) -> None:
    came = [file_mail(folder, make_mail(str(number))) for number in range(12)]
    assert mailbox.keys(folder) == came[::-1]


def test_mails_of_other_programs_are_ordered_by_arrival(folder: Path) -> None:
    Maildir(folder)
    for name in ("999.a_1.host", "1000.M2P1.host", "1000.M10P1.host", "notes.txt", ".hidden"):
        (folder / "new" / name).write_bytes(make_mail())
    expected = ["1000.M10P1.host", "1000.M2P1.host", "999.a_1.host", "notes.txt"]
    assert mailbox.keys(folder) == expected


def test_a_mail_that_was_read_elsewhere_keeps_its_key(folder: Path) -> None:
    content = make_mail()
    key = file_mail(folder, content)
    (folder / "new" / key).rename(folder / "cur" / f"{key}:2,S")
    assert mailbox.keys(folder) == [key]
    found = mailbox.read(folder, key)
    assert found is not None
    assert found.raw == content


def test_a_head_has_sender_recipient_subject_and_date(folder: Path) -> None:
    key = file_mail(folder, make_mail("Ünïcode"))
    assert mailbox.heads(folder, [key]) == [
        mailbox.Head(
            key=key,
            sender="Trending Papers <digest@localhost>",
            to="ada@example.com",
            subject="Ünïcode",
            at=datetime(2026, 11, 23, 7, 0, tzinfo=UTC),
        )
    ]


def test_a_mail_without_a_date_has_that_of_its_arrival(folder: Path) -> None:
    Maildir(folder)
    (folder / "new" / "1000000000.M5P1Q1.catcher").write_bytes(b"Subject: undated\n\n")
    (head,) = mailbox.heads(folder, mailbox.keys(folder))
    assert head.at == datetime(2001, 9, 9, 1, 46, 40, tzinfo=UTC)


def test_it_filters_by_a_part_of_the_recipient_in_any_case(folder: Path) -> None:
    ada = file_mail(folder, make_mail(to="Ada <ada@example.com>"))
    file_mail(folder, make_mail(to="bruno@example.com"))
    assert mailbox.addressed_to(folder, "ADA@") == [ada]
    assert mailbox.addressed_to(folder, "nobody") == []


def test_a_mail_deleted_meanwhile_is_left_out(folder: Path) -> None:
    key = file_mail(folder, make_mail())
    (folder / "new" / key).unlink()
    assert mailbox.heads(folder, [key]) == []
    assert mailbox.read(folder, key) is None


def test_reading_moves_and_marks_nothing(folder: Path) -> None:
    key = file_mail(folder, make_mail())
    before = (folder / "new" / key).stat()
    mailbox.heads(folder, mailbox.keys(folder))
    mailbox.read(folder, key)
    after = (folder / "new" / key).stat()
    assert (before.st_mtime_ns, before.st_ino) == (after.st_mtime_ns, after.st_ino)
    assert not list((folder / "cur").iterdir())


def test_the_folder_is_a_maildir_for_other_programs_too(folder: Path) -> None:
    file_mail(folder, make_mail("shared"))
    (message,) = standard_mailbox.Maildir(folder, create=False)
    assert message["Subject"] == "shared"


@pytest.mark.parametrize(
    "key", ["../secret", "..", ".", "", "/etc/passwd", "..%2fsecret", "new/x", "\x00", "secret"]
)
def test_a_key_cannot_name_a_file_outside_the_mailbox(folder: Path, key: str) -> None:
    file_mail(folder, make_mail())
    (folder / "secret").write_text("secret")
    (folder.parent / "secret").write_text("secret")
    assert mailbox.read(folder, key) is None


def test_a_symbolic_link_to_a_file_is_a_mail(folder: Path) -> None:
    Maildir(folder)
    (folder / "new" / "1.folder").mkdir()
    (folder / "new" / "2.gone").symlink_to(folder / "nowhere")
    assert mailbox.keys(folder) == []


# ── one mail ─────────────────────────────────────────────────────────────────


def test_it_finds_the_html_and_the_text(folder: Path) -> None:
    found = read(folder, make_mail())
    assert found.html is not None
    assert "<p>Zoë</p>" in found.html
    assert found.text == "Zoë, in plain words.\n"
    assert found.attachments == ()


def test_it_keeps_every_header_in_order_and_repeated(folder: Path) -> None:
    content = b"Received: a\r\nReceived: b\r\nList-Unsubscribe:\r\n <https://x/>\r\n\r\nbody"
    assert read(folder, content).headers == (
        ("Received", "a"),
        ("Received", "b"),
        ("List-Unsubscribe", "<https://x/>"),
    )


def test_a_mail_of_text_only_has_no_html(folder: Path) -> None:
    assert read(folder, make_mail(html=None)).html is None


def test_attachments_are_listed_and_are_not_the_text(folder: Path) -> None:
    message = EmailMessage()
    message["Subject"] = "With files"
    message.set_content("the text")
    message.add_attachment("<b>not the mail</b>", subtype="html", filename="page.html")
    message.add_attachment(b"%PDF", maintype="application", subtype="pdf", filename="paper.pdf")
    found = read(folder, message.as_bytes())
    assert (found.text, found.html) == ("the text\n", None)
    assert [(one.name, one.kind) for one in found.attachments] == [
        ("page.html", "text/html"),
        ("paper.pdf", "application/pdf"),
    ]
    assert found.attachments[1].size == 4


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n\n\n",
        b"no headers at all",
        b"Subject",
        b"Subject: =?utf-8?q?=ff=fe?=\n\n",
        b"Subject: =?no-such-charset?b?####?=\n\n",
        b'Subject: \xff\xfe raw bytes\nTo: <<>>,,;@\nFrom: "unclosed\nDate: yesterday\n\nx',
        b"To: undisclosed:;\nDate: Mon, 99 Foo 2026 99:99:99 +9999\n\n",
        b"Content-Type: text/html; charset=no-such-charset\n\n\xff<p>caf\xc3\xa9",
        b'Content-Type: text/plain; charset="utf-8\x00"\n\nnull',
        b"Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\nnot base64!!!",
        b"Content-Type: multipart/alternative; boundary=x\n\n--x\nnever closed",
        b"Content-Type: multipart/mixed\n\nno boundary",
        b"Content-Type: message/rfc822\n\nSubject: inner\n\ninner body",
        b"Content-Type: ;;;\nContent-Disposition: attachment; filename*=bad''%ff%fe\n\nx",
        b"Content-Type: text/html; charset=utf-16\n\nodd",
    ],
)
def test_a_broken_mail_is_shown_as_far_as_it_can_be_read(folder: Path, content: bytes) -> None:
    found = read(folder, content)
    assert found.raw == content
    shown = [
        found.head.subject,
        found.head.sender,
        found.head.to,
        found.html or "",
        found.text or "",
    ]
    for text in [*shown, *(value for _, value in found.headers)]:
        text.encode()  # no lone surrogates, which a page could not hold
    assert mailbox.heads(folder, mailbox.keys(folder)) == [found.head]


def test_a_wrong_charset_still_shows_what_can_be_read(folder: Path) -> None:
    found = read(folder, b"Content-Type: text/html; charset=no-such\n\n<p>caf\xc3\xa9 \xff")
    assert found.html == "<p>café \ufffd"
