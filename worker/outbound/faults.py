"""Why a call has no answer. A status is none of these: 302, 404 and 500 are answers.

OutboundFault
├── CallRefused    it must not or can't be made, now or later: the address or what goes with it has to change
├── NoAddress      the name leads nowhere
├── NoConnection   nobody takes the connection
├── NotTrusted     TLS: the certificate has expired, is another host's, or of an authority that nobody knows
├── TooSlow        the deadline passed
├── TooLarge       the answer is longer than the caller takes
└── BrokenOff      the connection or the answer ended too early, or is not HTTP
"""


class OutboundFault(Exception):
    """The text is a sentence for people: the host is in it, and never a path, a query or a key.

    `sent`: the first byte of the request was handed over, so the server may have acted on it. `status` is that of an answer whose
    body alone can't be used: too large, or packed so that it can't be unpacked.
    """

    def __init__(self, sentence: str, *, sent: bool = False, status: int | None = None) -> None:
        super().__init__(sentence)
        self.sent = sent
        self.status = status


class CallRefused(OutboundFault):
    """Not made: the URL leads where no call goes, or the request can't be written."""


class NoAddress(OutboundFault):
    """The name has no address."""


class NoConnection(OutboundFault):
    """None of its addresses takes a connection."""


class NotTrusted(OutboundFault):
    """TLS failed, so whoever answers there is not the one who was meant."""


class TooSlow(OutboundFault):
    """Not done within the deadline."""


class TooLarge(OutboundFault):
    """More bytes than the caller takes, packed or unpacked."""


class BrokenOff(OutboundFault):
    """No whole answer came."""
