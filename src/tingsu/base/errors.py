"""The one family of errors: each carries its facts and a message a clerk can act on."""

from __future__ import annotations


class TingsuError(Exception):
    """Something a person asked for cannot be done, and the message says what to do instead.

    ``message`` is Chinese, calm, and names the next step. Subclasses keep their facts as attributes.
    ``code`` is stable and short; the API sends it beside the message.
    """

    code = "error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return self.message
