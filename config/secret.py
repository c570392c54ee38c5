"""Secret: a text that is compared, never shown.

It prints as ***, in every way of printing. It doesn't pickle and is no JSON, so that it can't travel in a message by accident.
Whoever really needs the text writes reveal(), which is easy to search for.
"""

import hmac
from hashlib import sha256
from typing import NoReturn, Self, final

SHOWN_OF_A_KEY = 12  # characters; TalentSprout shows as many of a key in its own dashboard (API reference, "Keys")


@final
class Secret:
    """A key, token or password. Two of them are equal when their texts are; the comparison takes as long either way."""

    __slots__ = ("__text",)

    def __init__(self, text: str) -> None:
        self.__text = text

    def reveal(self) -> str:
        """The text itself: for a header or a signature, never for a log, a message or a page."""
        return self.__text

    def hint(self) -> str:
        """The first 12 characters of an API key (`tsk_` and eight more), which TalentSprout shows too; *** for anything else."""
        return f"{self.__text[:SHOWN_OF_A_KEY]}…" if self.__text.startswith("tsk_") else "***"

    def matches(self, other: str | bytes) -> bool:
        """Whether `other`, a text or its UTF-8 bytes, is this secret.

        Digests are compared, in constant time: neither the length nor the first differing character shows in the time taken.
        Text that is no UTF-8 (lone surrogates, from a header read leniently) matches nothing and raises nothing.
        """
        given = other if isinstance(other, bytes) else other.encode(errors="surrogatepass")
        return hmac.compare_digest(sha256(given).digest(), self._digest())

    def fingerprint(self) -> str:
        """16 hex digits that tell another secret from this one, and nothing of either."""
        return sha256(b"fingerprint " + self.__text.encode(errors="surrogatepass")).hexdigest()[:16]

    def _digest(self) -> bytes:
        return sha256(self.__text.encode(errors="surrogatepass")).digest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and hmac.compare_digest(self._digest(), other._digest())

    def __hash__(self) -> int:
        return hash(self._digest())

    def __repr__(self) -> str:
        return "***"

    def __format__(self, spec: str) -> str:
        return format("***", spec)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError(
            "A Secret is never pickled: send the name of what it belongs to, and let the receiver load its own."
        )
