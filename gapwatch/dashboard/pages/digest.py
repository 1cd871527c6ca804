"""Digest: what each recipient of the weekly mail would get from this report. Nothing is sent from here."""

from __future__ import annotations

import base64
import hashlib
from typing import Any, Final

import streamlit as st

from gapwatch.dashboard import controls, shell, words
from gapwatch.dashboard.answers import View
from gapwatch.digest.recipients import Recipient

_HEIGHT: Final = 900


def page() -> None:
    """Draw the page."""
    shown = shell.view()
    everyone = {_code(one): one for one in _recipients(shown)}
    names = {code: _label(one) for code, one in everyone.items()}
    code = controls.chosen("recipient", names, standard=next(iter(names)))
    recipient = everyone[str(code)]
    mail = _mail(shown, recipient)
    shell.title(
        _sentence(everyone, mail),
        shown,
        told="One mail a week for each line of the recipients file, about the sites it names.",
    )
    if shown.scope.narrowed() and not shown.viewer.sites:
        st.caption(":material/filter_alt_off: The recipient's own sites count here, not the filters.")
    left, _ = st.columns([0.6, 0.4])
    with left:
        controls.choice("Recipient", "recipient", names, standard=next(iter(names)))
    _envelope(mail, recipient, shown)
    form = st.segmented_control(
        "Form", ["As a mail", "As plain text"], default="As a mail", key="digest_form", label_visibility="collapsed"
    )
    if form == "As plain text":
        st.code(mail["text"], language=None, wrap_lines=True)
    else:
        # an address of its own kind, so that nothing in a mail could reach the dashboard around it
        encoded = base64.b64encode(mail["html"].encode()).decode()
        st.iframe(f"data:text/html;charset=utf-8;base64,{encoded}", height=_HEIGHT, alt="The mail as it would be read")
    st.download_button(
        "Download this mail (EML)",
        mail["bytes"],
        file_name=mail["file_name"],
        mime="message/rfc822",
        icon=":material/download:",
        key="download_digest",
        on_click="ignore",
    )


def _recipients(shown: View) -> tuple[Recipient, ...]:
    """Those of the recipients file; a viewer of some sites sees the mail of these sites and no other's address."""
    from gapwatch.digest.weekly import recipients_of

    if shown.viewer.sees_everything:
        return recipients_of(shown.reader, shown.settings)
    return (Recipient(email="", name="your sites" if shown.viewer.sites else "everyone", sites=shown.viewer.sites),)


def _code(recipient: Recipient) -> str:
    """What the address says instead of an e-mail address."""
    return hashlib.sha256(recipient.key.encode()).hexdigest()[:10]


def _label(recipient: Recipient) -> str:
    who = recipient.name if not recipient.email else recipient.email
    if recipient.name and recipient.email:
        who = f"{recipient.name} <{recipient.email}>"
    return f"{who}: {', '.join(recipient.sites) or 'all sites'}"


def _sentence(everyone: dict[str, Recipient], mail: dict[str, Any]) -> str:
    year, _, week = str(mail["week"]).partition("-W")
    return f"Digest of week {int(week)}, {year}: {words.count(len(everyone), 'recipient')}"


def _envelope(mail: dict[str, Any], recipient: Recipient, shown: View) -> None:
    attached = " The rows come with it as a workbook." if recipient.attach else ""
    st.markdown(f"**{words.plain(mail['subject'])}**")
    st.caption(
        "About "
        f"{words.plain(', '.join(recipient.sites) or 'all sites')}.{attached} A preview from this report: nothing is "
        "sent. gapwatch digest sends it."
    )
    if shown.settings.digest.recipients is None and shown.viewer.sees_everything:
        st.caption("No recipients file is configured (digest.recipients), so there is one digest, of everything.")


def _mail(shown: View, recipient: Recipient) -> dict[str, Any]:
    return _composed(shown, shown.stamp, recipient)


@st.cache_data(max_entries=64, show_spinner="Composing the digest …")
def _composed(_shown: View, stamp: str, recipient: Recipient) -> dict[str, Any]:  # noqa: ARG001 (the stamp keys the cache)
    """The mail as it would be sent, in its parts."""
    from gapwatch.digest.mail import FILE_SENDER, file_name
    from gapwatch.digest.weekly import Compositions

    smtp = _shown.settings.digest.smtp
    compositions = Compositions(_shown.reader, _shown.settings)
    digest = compositions.of(recipient)
    message = compositions.message(recipient, sender=smtp.sender if smtp else FILE_SENDER, date=digest.as_of)
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    return {
        "week": digest.week,
        "subject": str(message["Subject"]),
        "from": str(message["From"]),
        "text": plain.get_content() if plain is not None else "",
        "html": html.get_content() if html is not None else "",
        "bytes": message.as_bytes(),
        "file_name": file_name(digest, recipient=recipient),
    }


page()
