"""Answers kept for surroundings seen before, so that a text that repeats itself is not looked at over and over."""

from __future__ import annotations

from collections.abc import Callable

_LONG = 4_000  # characters from which on a text may cost by repeating itself
_MOST = 512  # different surroundings kept; text that does not repeat itself stops filling memory here

Span = tuple[int, int]


class Windows:
    """What was found around a place of ``text``, asked once for each different window of ``left`` and ``right``.

    The answer must depend on nothing outside the window.
    """

    def __init__(self, text: str, left: int, right: int) -> None:
        self._text, self._left, self._right = text, left, right
        self._known: dict[tuple[int, str], Span | None] | None = {} if len(text) >= _LONG else None

    def find(self, place: int, find: Callable[[], Span | None]) -> Span | None:
        """What ``find()`` gives, which looks around ``place``, or gave where the window was the same."""
        if self._known is None:
            return find()
        before = min(place, self._left)
        key = before, self._text[place - before : place + self._right]
        if key in self._known:
            near = self._known[key]
            return None if near is None else (place + near[0], place + near[1])
        span = find()
        if len(self._known) < _MOST:
            self._known[key] = None if span is None else (span[0] - place, span[1] - place)
        return span
