"""A draft as it is read: folded, without what was slipped in between, disguised words undone, places still known.

不。归。我 管, 不*可*能, 我们呢也没 有办法, 木有办法, 不可能能能 all read as the plain words; so do traditional
characters, full-width letters and zero-width characters (``reading.folding``).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from tingsu.reading.folding import fold

HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_SEPARATORS = r"[ .,、。!?;:·•*_~\-—/|+=^#…]"
_QUOTES = re.compile('“([^“”]{0,400})”|「([^」]{0,400})」|『([^』]{0,400})』|‘([^‘’]{0,400})’|"([^"\n]{0,400})"')
# One character a segment: 不，归，我，管.
_SPLIT_UP = re.compile(rf"[{HAN}]({_SEPARATORS})[{HAN}](?:\1[{HAN}])+")
_SEPARATOR = re.compile(_SEPARATORS)
_LEAD = 16  # characters before a script that name it
_OPENS = re.compile("^[\\s一二三四五六七八九十0-9(]*$|[:、.)]\\s*$")  # a line of its own, or behind a heading
_OTHERS_SPEAK = re.compile(
    "^[^:]{0,8}(?:客户|客人|对方|投诉人|来电人|老人|家属|他|她|柜员|员工|店员|师傅|经理|客服|坐席|您|你)[^:]{0,6}(?:说|称|讲|问|答|回应|表示|反映|要求|喊|骂|原话|道)?\\s*:"
)
_NOISE = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufffd“”「」『』‘’\"'()\\[\\]{}【】〔〕*_~^`|#@=•·]+"
    rf"|(?<=[{HAN},。!?;:、])[ \t]+|(?<![ \t])[ \t]++(?=[{HAN},。!?;:、])"  # a long run is tried once
    rf"|(?<=[{HAN}])(?:[.…\-—–/\\+&$]{{1,6}}|(?<!开)[啊呀嘛哦喔噢啦呗诶哎唉呃唷哟]{{1,3}}|[呢吧哈](?!尔滨|密|佛))(?=[{HAN}])"
    rf"|(?<=[{HAN}])[啊呀嘛喔啦呗唷哟哈]+(?=[,。!?;:\n]|$)"
)
_RUN = re.compile(r"([^\d\s])\1{2,}", re.DOTALL)
_LONGEST = 400  # characters of a sentence
_ENDS = re.compile(r"[。!?;\n]+")


@dataclass(frozen=True)
class Plain:
    """``text`` is what is read; its i-th character stood at ``places[i]`` of the draft.

    ``quotes``: spans of the draft's folded form between quotation marks, as places of ``text``.
    """

    text: str
    places: Sequence[int]
    quotes: tuple[tuple[int, int], ...]
    draft: str

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The span of the draft that ``text[start:end]`` was read from (``end > start``)."""
        return self.places[start], self.places[end - 1] + 1

    @cached_property
    def sentences(self) -> list[tuple[int, int]]:
        """Start and end of every sentence, its mark included."""
        spans: list[tuple[int, int]] = []
        start = 0
        for end in _ENDS.finditer(self.text):
            if end.start() > start:
                spans += self._cut(start, end.end())
            start = end.end()
        return [*spans, *self._cut(start, len(self.text))] if start < len(self.text) else spans

    def _cut(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """A sentence longer than anyone writes, cut at its commas, so that time grows with the length only."""
        while end - start > _LONGEST:
            comma = self.text.rfind(",", start + 1, start + _LONGEST)
            cut = comma + 1 if comma > 0 else start + _LONGEST
            yield start, cut
            start = cut
        if end > start:
            yield start, end

    def quote_at(self, start: int, end: int) -> tuple[int, int] | None:
        """The quotation that holds all of ``text[start:end]``."""
        place = bisect_right(self.quotes, (start, len(self.text))) - 1
        if place >= 0 and self.quotes[place][0] <= start and end <= self.quotes[place][1]:
            return self.quotes[place]
        return None


@dataclass(frozen=True)
class Variants:
    """Disguised words and what they are read as."""

    pattern: re.Pattern[str] | None
    words: Mapping[str, str]


def read_plain(draft: str, variants: Variants) -> Plain:
    """``draft`` as it is read; any string is accepted."""
    folded = fold(draft)
    places: Sequence[int] = folded.places if folded.places is not None else range(len(draft))
    cuts = _cuts(folded.text)
    text, kept = _without(folded.text, cuts)
    text, kept = _undisguised(text, kept, variants)
    return Plain(text, [places[place] for place in kept], _placed(_quotations(folded.text), kept), draft)


def single_runs(plain: Plain) -> Plain | None:
    """The same with characters said three times and more said once; None where there are none."""
    if _RUN.search(plain.text) is None:
        return None
    cuts = [(run.start() + 1, run.end()) for run in _RUN.finditer(plain.text)]
    text, kept = _without(plain.text, cuts)
    places = [plain.places[place] for place in kept]
    moved = {place: new for new, place in enumerate(kept)}
    quotes = tuple((moved.get(s, 0), moved.get(e - 1, 0) + 1) for s, e in plain.quotes if s in moved and e - 1 in moved)
    return Plain(text, places, quotes, plain.draft)


def _cuts(text: str) -> list[tuple[int, int]]:
    """What is left out, in order, without overlaps."""
    spans = [match.span() for match in _NOISE.finditer(text)]
    for split in _SPLIT_UP.finditer(text):
        spans += (match.span() for match in _SEPARATOR.finditer(text, *split.span()))
    spans += ((run.start() + 2, run.end()) for run in _RUN.finditer(text) if run.end() - run.start() > 8)
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


def _without(text: str, cuts: list[tuple[int, int]]) -> tuple[str, Sequence[int]]:
    if not cuts:
        return text, range(len(text))
    pieces: list[str] = []
    kept: list[int] = []
    done = 0
    for start, end in cuts:
        pieces.append(text[done:start])
        kept += range(done, start)
        done = end
    kept += range(done, len(text))
    return "".join((*pieces, text[done:])), kept


def _quotations(text: str) -> list[tuple[int, int]]:
    """Where others are quoted; a script or the note of a call, spoken to the customer, is the writer's."""
    return [match.span(match.lastindex or 0) for match in _QUOTES.finditer(text) if not _is_spoken(text, match)]


def _is_spoken(text: str, quote: re.Match[str]) -> bool:
    near = max(0, quote.start() - _LEAD - 1)  # no further: a text may be full of quotes
    begin = max(text.rfind(mark, near, quote.start()) for mark in "\n。!?;") + 1
    lead = text[begin or near : quote.start()]
    return (
        len(lead) <= _LEAD
        and _OPENS.search(lead) is not None
        and _OTHERS_SPEAK.search(lead) is None
        and re.search("[你您]|先生|女士|老师|阿姨", quote[0]) is not None
    )


def _placed(spans: list[tuple[int, int]], kept: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Spans of the folded text as places of what is read of it."""
    placed = ((bisect_left(kept, start), bisect_left(kept, end)) for start, end in spans)
    return tuple(span for span in placed if span[0] < span[1])


def _undisguised(text: str, kept: Sequence[int], variants: Variants) -> tuple[str, Sequence[int]]:
    if variants.pattern is None or variants.pattern.search(text) is None:
        return text, kept
    pieces: list[str] = []
    places: list[int] = []
    done = 0
    for match in variants.pattern.finditer(text):
        word = variants.words[match[0]]
        pieces += (text[done : match.start()], word)
        places += kept[done : match.start()]
        first, last = kept[match.start()], kept[match.end() - 1]
        places += [first + (last - first) * n // max(1, len(word) - 1) for n in range(len(word) - 1)] + [last]
        done = match.end()
    return "".join((*pieces, text[done:])), [*places, *kept[done:]]
