"""Taking transcripts in: each kept once, under the colleague it names, and queued to be scored."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import transaction

from tingsu.base.clock import is_plausible, now
from tingsu.base.text import UNSTORABLE, is_storable, make_storable
from tingsu.cases.access import visible_cases
from tingsu.cases.models import Case
from tingsu.intake.rows import Reject
from tingsu.org.access_log import note_access
from tingsu.org.models import User
from tingsu.org.permissions import require
from tingsu.quality.conversations.jobs import score_handover
from tingsu.quality.conversations.tables import Conversation, Handover
from tingsu.quality.conversations.veiling import names_in, veil
from tingsu.quality.seeing import INSPECT, inspects_all, people_inspected
from tingsu.quality.transcripts.turns import AGENT, Transcript
from tingsu.reading import mask, mask_each

STEP = 100  # conversations stored together
LONGEST = 200_000  # characters of one conversation
MOST_TURNS = 2_000
FIRST_TURNS, LONGEST_GIST = 2, 60
TOLD = 200  # refusals kept in words; the rest are only counted
UNREACHED = "经办人不在您管辖的机构，请由其所在机构或总行导入"


@dataclass(frozen=True, slots=True)
class Given:
    """One transcript with what its file cannot say: when it was held, and the number of the case it belongs to."""

    transcript: Transcript
    held_at: datetime | None = None
    case: str = ""


@dataclass(slots=True)
class _Tally:
    taken: int = 0
    known: int = 0
    refused: list[list[str]] = field(default_factory=list)


def take_in(
    given: Iterable[Given | Reject],
    *,
    name: str,
    by: User,
    held_at: datetime,
    sha256: str = "",
    at: datetime | None = None,
) -> Handover:
    """Keep every transcript that is new, and queue the job that scores them.

    ``held_at`` stands for those that do not say when they were held. A conversation is put under the colleague its
    file names (staff number, username, or a name only one has); where nobody fits it is kept without, in the unit of
    who hands it in. In order: the beginning is read, so that what is wrong with the file as a whole shows before
    anything is kept; the handover is made; conversations are masked and stored a hundred at a time, each hundred in a
    transaction of its own, so that nobody at a counter waits for a long file; the job is queued and the access log gets
    its line. The same conversation again is counted as known: what was cut off half-way is handed in again. Raises
    NotAllowed, and what reading ``given`` raises.
    """
    require(by, INSPECT)
    at = at or now()
    waiting = iter(given)
    step = list(islice(waiting, STEP))
    desk, tally = _Desk(by), _Tally()
    made = Handover.objects.create(name=mask(name)[:200], sha256=sha256, by=by, at=at)
    try:
        while step:
            tally.refused += [[_place(one), one.reason] for one in step if isinstance(one, Reject)]
            _store([one for one in step if isinstance(one, Given)], made, desk, tally, held_at)
            step = list(islice(waiting, STEP))
    finally:
        _finish(made, tally, by, at)
    return made


def _finish(made: Handover, tally: _Tally, by: User, at: datetime) -> None:
    made.taken, made.known = tally.taken, tally.known
    made.refused, made.refused_count = tally.refused[:TOLD], len(tally.refused)
    with transaction.atomic():
        made.save(update_fields=["taken", "known", "refused", "refused_count"])
        told = {"handover": made.pk, "name": made.name, "taken": made.taken, "known": made.known}
        note_access("conversations", {**told, "refused": made.refused_count}, by=by, at=at)
        if made.taken:
            score_handover.enqueue(made.pk)


def kept_turns(transcript: Transcript) -> list[dict[str, Any]]:
    """The turns as plain data."""
    return [
        {"no": t.no, "speaker": t.speaker, "text": t.text, "start": t.start, "end": t.end, "inferred": t.inferred}
        for t in transcript.turns
    ]


def gist_of(turns: Sequence[dict[str, Any]], masked: Sequence[str]) -> str:
    """What the customer came with: the longest of his first turns, shortened; masked like the texts it is from."""
    said = [text for turn, text in zip(turns, masked, strict=True) if turn["speaker"] != AGENT][:FIRST_TURNS]
    gist = max(said, key=len, default="")
    return gist if len(gist) <= LONGEST_GIST else gist[: LONGEST_GIST - 1] + "…"


class _Desk:
    """Who hands in, and which colleagues and cases he can name."""

    def __init__(self, by: User) -> None:
        self.by = by
        self.everywhere = inspects_all(by)
        self.near = set(people_inspected(by).values_list("pk", flat=True)) | {by.pk}
        self.known: dict[str, User] = {}
        self.names: dict[str, list[User]] = {}
        for person in User.objects.filter(is_active=True).select_related("unit"):
            for word in (person.username, person.staff_no):
                if word:
                    self.known[word] = person
            self.names.setdefault(person.name, []).append(person)

    def agent(self, word: str) -> User | None:
        """The colleague meant; of a name several have, nobody."""
        if word in self.known:
            return self.known[word]
        same = [person for person in self.names.get(word, []) if self.reaches(person)] if word else []
        return same[0] if len(same) == 1 else None

    def reaches(self, person: User) -> bool:
        return self.everywhere or person.pk in self.near

    def cases(self, numbers: Iterable[str]) -> dict[str, Case]:
        wanted = [number for number in numbers if number]
        return {case.number: case for case in visible_cases(self.by).filter(number__in=wanted)} if wanted else {}


def _place(one: Reject) -> str:
    return f"第 {one.number} 行"


def _store(step: Sequence[Given], made: Handover, desk: _Desk, tally: _Tally, held_at: datetime) -> None:
    cases = desk.cases(one.case for one in step)
    rows: dict[str, Conversation] = {}
    for one in step:
        if why := _wrong(one, desk, cases):
            tally.refused.append(mask_each([make_storable(one.transcript.id[:80]), make_storable(why)]))
        elif (row := _row(one, made, desk, cases, held_at)).key in rows:
            tally.known += 1
        else:
            rows[row.key] = row
    there = set(Conversation.objects.filter(key__in=rows).values_list("key", flat=True))
    fresh = [row for key, row in rows.items() if key not in there]
    for row in fresh:
        # Numbers of calls and what is wrong with a file may name the customer as well as the turns do.
        texts = [turn["text"] for turn in row.turns]
        row.name, *told = veil([row.name, *row.problems, *texts], names_in(texts))
        row.name, row.problems, row.masked = row.name[:80], told[: len(row.problems)], told[len(row.problems) :]
        row.gist = gist_of(row.turns, row.masked)
    # The same file handed in twice at one moment: the slower one's rows are there already.
    Conversation.objects.bulk_create(fresh, ignore_conflicts=True)
    tally.taken += len(fresh)
    tally.known += len(there)


def _wrong(one: Given, desk: _Desk, cases: dict[str, Case]) -> str:
    transcript = one.transcript
    texts = [turn.text for turn in transcript.turns]
    if not texts:
        return "；".join(transcript.problems) or "没有内容"
    if len(texts) > MOST_TURNS or sum(map(len, texts)) > LONGEST:
        return f"太长：一段对话最多 {MOST_TURNS} 轮、{LONGEST} 字"
    if not all(map(is_storable, (transcript.id, transcript.agent, transcript.channel, *texts))):
        return UNSTORABLE
    if one.held_at is not None and not is_plausible(one.held_at):
        return "对话时间不对，请核对"
    if one.case and one.case not in cases:
        return f"没有工单 {one.case}，或它不在您可查看的范围内"
    agent = desk.agent(transcript.agent.strip())
    return UNREACHED if agent is not None and not desk.reaches(agent) else ""


def _row(one: Given, made: Handover, desk: _Desk, cases: dict[str, Case], held_at: datetime) -> Conversation:
    transcript, said = one.transcript, one.transcript.agent.strip()
    agent, turns = desk.agent(said), kept_turns(one.transcript)
    unit = agent.unit if agent and agent.unit else desk.by.unit
    when = one.held_at or held_at
    return Conversation(
        key=_key(transcript, turns, one.held_at),
        name=transcript.id.strip()[:80],
        handover=made,
        agent=agent,
        agent_said="" if agent else said[:80],
        unit=unit,
        case=cases.get(one.case),
        channel=transcript.channel.strip()[:40],
        held_at=when,
        turns=turns,
        problems=[make_storable(one) for one in transcript.problems],  # they quote marks and times as written
    )


def _key(transcript: Transcript, turns: list[dict[str, Any]], held_at: datetime | None) -> str:
    """Of what was handed in alone: the same file handed in under another day is the same conversation."""
    body = [transcript.id, transcript.agent, held_at.isoformat() if held_at else "", turns]
    return hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
