"""What is said of a wish: the sum, by when, who is to do it, for whom, and the sentences it stands in."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from tingsu.reading.asks.clauses import Clauses
from tingsu.reading.facts import Found
from tingsu.reading.facts.amounts import Amount
from tingsu.reading.facts.numbers import parse_small
from tingsu.reading.lexicon import Hit
from tingsu.reading.scoring import Seen

MONEY_KINDS = {"退款", "赔偿", "减免息费"}
_SUM_REACH = 24  # characters between a demand and the sum named with it
_LONGEST_SUM = 100  # characters of a sum, generously
_TOTAL = re.compile(r"(?:一共|总共|共计|合计|共)[^,。]{0,3}$")
_STOP = re.compile(r"[。!?;\n]")
_LIMIT = re.compile(r"(?:之前|以前|前|之内|以内|内|为止|截止)")
_WITHIN = re.compile(
    r"(?<!\d)(\d{1,3}|[一二三四五六七八九十两]{1,3})个?(?:自然)?(天|日|小时|周|星期|礼拜)(?:之?内|以内)"
)
_DAYS = {"天": 1, "日": 1, "周": 7, "星期": 7, "礼拜": 7}
_TODAY = re.compile(r"今[天日晚]")
_PERSONALLY = re.compile(r"本人|当面|亲自|亲口|当众")
_PRONOUN = re.compile(r"[他她](?!们)(?:本人)?")
_DONE_BY = {"道歉", "解释", "赔偿", "停止侵扰", "处理责任人"}
_FOR = re.compile(
    r"[给向跟对和替帮为]我?(?:们)?(?:的|家)?(妈妈?|母亲|老母亲|爸爸?|父亲|老父亲|老人家?|爷爷|奶奶|外婆|外公|姥姥|姥爷|老婆|妻子|老公|丈夫|爱人|老伴|孩子|女儿|儿子|闺女|家人|家属|全家)[^,。!?;]{0,8}$"
)
_OUTSIDE = re.compile(r"(催收公司|催收(?:方|机构|团队)|第三方|保险公司|商家|平台|中介)[^,。!?;]{0,8}$")
_MOST = 8


def _span_of(count: int, unit: str) -> timedelta:
    return timedelta(hours=count) if unit == "小时" else timedelta(days=count * _DAYS[unit])


class Details:
    """Answers for one text; every question is about the hits of one kind."""

    def __init__(self, seen: Seen, clauses: Clauses, facts: Found, wishes: Sequence[int]) -> None:
        """``wishes`` are the places where wishes of any kind stand."""
        self._seen, self._clauses, self._facts, self._wishes = seen, clauses, facts, sorted(wishes)
        self._starts = [amount.start for amount in facts.amounts]

    def amount(self, hits: Sequence[Hit]) -> Amount | None:
        """The sum named with the demand: in the same sentence, what follows before what precedes."""
        text, best = self._seen.text, None
        for hit in hits[:_MOST]:
            # Only the sums close by: a long text of nothing but sums and demands has millions of pairs.
            first = bisect_left(self._starts, hit.start - _SUM_REACH - _LONGEST_SUM)
            for amount in self._facts.amounts[first : bisect_right(self._starts, hit.end + _SUM_REACH)]:
                distance = self._distance(text, hit, amount)
                if distance is not None and (best is None or distance < best[0]):
                    best = (distance, amount)
        return best[1] if best else None

    def _distance(self, text: str, hit: Hit, amount: Amount) -> int | None:
        inside = hit.start <= amount.start < hit.end
        after = amount.start >= hit.end
        low, high = (hit.end, amount.start) if after else (amount.end, hit.start)
        if not inside and (high - low > _SUM_REACH or _STOP.search(text, low, high)):
            return None
        near = 0 if inside else high - low if after else high - low + 6
        return near - 8 * (_TOTAL.search(text, max(0, amount.start - 6), amount.start) is not None)

    def due(self, hits: Sequence[Hit]) -> date | None:
        """The day it is wanted by: named in its clause, or in a clause of its sentence that holds no other wish."""
        for hit in hits[:_MOST]:
            low, high = self._clauses.sentence_start(hit.start), self._clauses.sentence_end(hit.end)
            limits = [(start, day) for start, day in self._limits(low, high) if self._belongs(start, hit)]
            if limits:
                return min(limits, key=lambda limit: abs(limit[0] - hit.start))[1]
        return None

    def _belongs(self, limit: int, hit: Hit) -> bool:
        low, high = self._clauses.clause_start(limit), self._clauses.clause_end(limit)
        return low <= hit.start < high or bisect_left(self._wishes, low) == bisect_left(self._wishes, high)

    def _limits(self, low: int, high: int) -> Iterator[tuple[int, date]]:
        """Dates with 前 and spans of days (十天内) between two places."""
        for moment in self._facts.moments:
            if low <= moment.start < high and moment.days.last is not None and self._is_limit(moment.start, moment.end):
                yield moment.start, moment.days.last
        if self._facts.received is not None:
            for found in _WITHIN.finditer(self._seen.text, low, high):
                if count := parse_small(found[1]):
                    yield found.start(), self._facts.received + _span_of(count, found[2])

    def _is_limit(self, start: int, end: int) -> bool:
        text = self._seen.text
        return bool(text[start:end].endswith("前") or _LIMIT.match(text, end) or _TODAY.match(text, start))

    def by(self, kind: str, hits: Sequence[Hit]) -> str:
        """Who is to do it, where someone is named for it: 要柜员本人道歉, 让催收公司停止."""
        if kind not in _DONE_BY:
            return ""
        text = self._seen.text
        for hit in hits[:_MOST]:
            clause = self._clauses.clause_start(hit.start)
            outside = _OUTSIDE.search(text, clause, hit.start)
            if outside:
                return outside[1]
            person = self._person_before(clause, hit)
            if person and kind != "处理责任人":
                return person
        return ""

    def _person_before(self, clause: int, hit: Hit) -> str:
        """The one of the staff named in the clause, or meant by 她本人 after being named."""
        for person in reversed(self._facts.staff):
            if person.start < hit.start:
                if person.start >= clause:
                    return person.role
                meant = _PRONOUN.search(self._seen.text, clause, hit.start) or _PERSONALLY.search(
                    self._seen.text, clause, hit.end
                )
                return person.role if meant else ""
        return ""

    def to(self, hits: Sequence[Hit]) -> str:
        """Whom it is for, where it is not the writer."""
        for hit in hits[:_MOST]:
            found = _FOR.search(self._seen.text, self._clauses.clause_start(hit.start), hit.start)
            if found:
                return found[1]
        return ""

    def sentences(self, hits: Sequence[Hit]) -> tuple[tuple[int, int], ...]:
        """Where in the original the sentences stand that hold the wish, each once, in order, at most eight.

        Places only: a whole sentence may hold a name or a number, and the words of a reading are kept unmasked.
        """
        spans = sorted(
            {(self._clauses.sentence_start(hit.start), self._clauses.sentence_end(hit.end)) for hit in hits[:_MOST]}
        )
        shown: list[tuple[int, int]] = []
        for low, high in spans:
            low += len(self._seen.text[low:high]) - len(self._seen.text[low:high].lstrip())
            if low < high:
                shown.append(self._seen.folded.origin(low, high))
        return tuple(shown)
