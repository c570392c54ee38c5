"""Why a document says nothing that can be used."""


class Untold(Exception):
    """The row's fault, as a sentence about "the file"."""
