"""Personio's public feed: everything that is published at once, as XML, without a key."""

from typing import Any
from xml.sax.saxutils import escape

from tests.standins.vendor import Asked, Posting, Refused, Vendor


class PersonioFeed(Vendor):
    KIND = "personio"

    def is_authorized(self, asked: Asked) -> bool:
        return "authorization" not in asked.headers

    def answer(self, asked: Asked) -> Any:
        if asked.path != "/xml":
            raise Refused(404)
        positions = "".join(map(_position, self.open()))
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<workzag-jobs>{positions}</workzag-jobs>'.encode()


def _position(one: Posting) -> str:
    text = f"<name>Your tasks</name><value><![CDATA[<p>{one.text}</p>]]></value>"
    return (
        f"<position><id>{one.id}</id><office>Kiel</office><department>Workshop</department><name>{escape(one.title)}</name>"
        f"<jobDescriptions><jobDescription>{text}</jobDescription></jobDescriptions>"
        "<createdAt>2026-11-02T12:14:07+0100</createdAt></position>"
    )
