"""Heads of requests that two readers could understand in two ways are refused (RFC 9112, 6.1 and 6.3): 400.

waitress reads a request that has a length and chunks, which a proxy before it may have read by its length; so what one takes for
the body is the next request to the other. Whatever waitress trips over while reading a head is a 400 too, instead of a silence.
"""

import re

from waitress.parser import HTTPRequestParser, ParsingError  # type: ignore[import-untyped]  # waitress ships no types

_LENGTH = re.compile(rb"^content-length[ \t]*:", re.IGNORECASE | re.MULTILINE)
_CODING = re.compile(rb"^transfer-encoding[ \t]*:[ \t]*(.*?)[ \t\r]*$", re.IGNORECASE | re.MULTILINE)
_FOLDED = re.compile(rb"\n[ \t]")


class StrictParser(HTTPRequestParser):  # type: ignore[misc]  # waitress ships no types
    """waitress's parser, for heads that have one meaning."""

    def parse_header(self, header_plus: bytes) -> None:
        """Raises ParsingError."""
        _, _, head = header_plus.partition(b"\n")
        codings = _CODING.findall(head)
        if _FOLDED.search(head):
            raise ParsingError("a header is folded over several lines")
        told = b",".join(codings).lower()
        if codings and (_LENGTH.search(head) or len(codings) > 1 or told.count(b"chunked") > 1):
            raise ParsingError("the length of the body is said in more than one way")
        try:
            super().parse_header(header_plus)
        except ValueError as fault:  # a number of 5,000 digits, a host in brackets that don't close
            raise ParsingError("a value can't be read") from fault
        if codings and self.version != "1.1":
            raise ParsingError("HTTP/1.0 knows no chunks")
