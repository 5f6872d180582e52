"""From labelled texts to a model with its figures: checked, cross-validated, compared with what answers now."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np

from tingsu.base.errors import TingsuError
from tingsu.reading.engine import ENGINE
from tingsu.reading.learned.described import FEWEST_ON_TOP, Described, Told
from tingsu.reading.learned.evaluating import FOLDS, Held, cross_validate, group_copies, report_on, teach_all
from tingsu.reading.learned.figures import measure
from tingsu.reading.learned.fitting import SEED
from tingsu.reading.learned.material import Material, Whole, describe_all, gather_material
from tingsu.reading.learned.memory import Memory, mark_of, marks_of
from tingsu.reading.learned.site_model import SiteModel
from tingsu.reading.learned.sites import judge_by
from tingsu.reading.learned.store import Card, Kept, check_name

FEWEST = 5  # texts of a label below which nothing can be said of it
ENOUGH = 30  # texts of a label from which figures begin to mean something
MOST_LABELS = 200
LONGEST_LABEL = 60
MOST_ROWS = 20_000  # drawn at random beyond; more teach little and take long
FEWEST_COMPARED = 10
SHIPPED = "shipped"
Stage = Callable[[str, int, int], None]  # what is being done, how far, of how much
_SPACES = re.compile(r"\s+")


class CannotTeach(TingsuError):
    """The examples cannot make a model; the message says what is missing."""

    code = "cannot_teach"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be taught, by whom, from where. ``labels``: those of the pack, for a label taught on top."""

    name: str
    by: str
    at: datetime
    source: Mapping[str, str]
    labels: tuple[str, ...] = ()

    @property
    def on_top(self) -> bool:
        return bool(self.labels)


@dataclass(frozen=True, slots=True)
class Trial:
    """A model that has been taught and measured but kept nowhere yet."""

    card: Card
    model: SiteModel
    memory: Memory


def clean_label(label: str) -> str:
    """The label in one line."""
    return _SPACES.sub(" ", label).strip()


def try_teaching(
    asked: Asked, told: Sequence[Told], *, old: Kept | None = None, on_stage: Stage = lambda what, done, total: None
) -> Trial:
    """Teach ``asked.name`` from what was told, and say how good it is on texts held out.

    Checks the examples first; reads each text once; judges each by a model that never saw it or a copy of it; compares
    with ``old`` (or with the shipped reader, for a label taught on top) on the texts ``old`` was not taught with; then
    teaches the model from all. Raises CannotTeach, ModelRefused. The same examples give the same model.
    """
    check_name(asked.name)
    told, notes = check_told(asked, told)
    described = describe_all(told, on_read=lambda done: on_stage("read", done, len(told)))
    on_stage("folds", 0, FOLDS + 1)
    material = prepare_material(asked, told, described)
    held, settings = cross_validate(material, on_fold=lambda done: on_stage("folds", done, FOLDS + 1))
    model, _chosen = teach_all(material)
    on_stage("folds", FOLDS + 1, FOLDS + 1)
    card = Card(
        name=asked.name,
        version=0,
        made_at=asked.at.isoformat(),
        made_by=asked.by,
        source=dict(asked.source),
        on_top=asked.on_top,
        examples=dict(sorted(Counter(one.label for one in told).items(), key=lambda item: (-item[1], item[0]))),
        report=report_on(material, held, settings).as_dict(),
        compared=compare(material, held, described, old),
        notes=tuple(notes),
        engine=ENGINE,
    )
    return Trial(card, model, _remember(material, held, described))


def prepare_material(asked: Asked, told: Sequence[Told], described: Sequence[Described]) -> Material:
    """The examples as numbers, copies known as copies. Raises CannotTeach where nearly all are copies."""
    groups = group_copies([one.masked for one in described])
    if (different := len(set(groups))) < FOLDS:
        raise CannotTeach(f"例子里互不相同的文本只有 {different} 段，没法检验学得好不好。请补充不同的例子。")
    labels = asked.labels or tuple(sorted({one.label for one in told}))
    return gather_material(asked.name, told, described, labels, groups, on_top=asked.on_top)


def check_told(asked: Asked, told: Sequence[Told]) -> tuple[list[Told], list[str]]:
    """The examples worth teaching, and what a person should know of them. Raises CannotTeach."""
    told = [replace(one, label=clean_label(one.label)) for one in told]
    told = [one for one in told if one.label and one.text.strip()]
    counts = Counter(one.label for one in told)
    _refuse_nonsense(asked, counts)
    notes: list[str] = []
    if not asked.on_top:
        scarce = {label: n for label, n in counts.items() if n < FEWEST}
        told = [one for one in told if one.label not in scarce]
        if scarce:
            notes.append(f"不足 {FEWEST} 条的类别没有学：{_listed(scarce)}。")
    _refuse_too_few(asked, told)
    thin = {label: n for label, n in Counter(one.label for one in told).items() if n < ENOUGH}
    if thin:
        notes.append(f"例子不到 {ENOUGH} 条的类别：{_listed(thin)}。它们的数字只能当参考，补够例子再学一次会更可靠。")
    if clash := _count_clashes(told):
        notes.append(f"有 {clash} 段文本重复出现而标注不同，请核对。")
    if len(told) > MOST_ROWS:
        notes.append(f"共 {len(told)} 条，随机取其中 {MOST_ROWS} 条来学。")
        drawn = np.sort(np.random.default_rng(SEED).choice(len(told), MOST_ROWS, replace=False))
        told = [told[place] for place in drawn]
    return told, notes


def _listed(counts: Mapping[str, int], most: int = 12) -> str:
    named = [f"{label} {n} 条" for label, n in sorted(counts.items(), key=lambda item: item[1])]
    return "、".join(named[:most]) + (f" 等 {len(named)} 类" if len(named) > most else "")


def _refuse_nonsense(asked: Asked, counts: Mapping[str, int]) -> None:
    if not counts and not asked.on_top:
        raise CannotTeach("没有一行既有文本又有标注，无从学起。请核对 --text 和 --label 指的列。")
    long = next((label for label in counts if len(label) > LONGEST_LABEL), None)
    if long is not None:
        raise CannotTeach(f"标注列里有很长的取值（“{long[:20]}…”），不像类别。请核对 --label 指的列。")
    if len(counts) > MOST_LABELS and not asked.on_top:
        raise CannotTeach(f"标注列有 {len(counts)} 种取值，超过 {MOST_LABELS} 种，不像类别。请核对 --label 指的列。")
    unknown = [label for label in counts if label not in asked.labels] if asked.on_top else []
    if unknown:
        known = "、".join(asked.labels)
        raise CannotTeach(
            f"方案包的「{asked.name}」没有“{'”“'.join(unknown[:5])}”这一类。现有：{known}。"
            "要增加新类，请先在方案包的分类里加一行，再用大约 30 条例子来学。"
        )


def _refuse_too_few(asked: Asked, told: Sequence[Told]) -> None:
    kinds = len({one.label for one in told})
    if asked.on_top:
        taught = sum(one.kind != "confirmed" for one in told)
        if taught < FEWEST_ON_TOP:
            raise CannotTeach(f"只有 {taught} 条更正或标注，至少要 {FEWEST_ON_TOP} 条才能学；30 条左右开始见效。")
    elif kinds < 2:
        raise CannotTeach(
            f"至少要有两个类别、每类不少于 {FEWEST} 条，现在够数的只有 {kinds} 类。请补充例子，或核对 --label 指的列。"
        )


def _count_clashes(told: Sequence[Told]) -> int:
    seen: dict[int, set[str]] = {}
    for one in told:
        seen.setdefault(mark_of(one.text), set()).add(one.label)
    return sum(len(labels) > 1 for labels in seen.values())


def compare(material: Material, held: Held, described: Sequence[Described], old: Kept | None) -> dict[str, Any] | None:
    """Old and new on the same rows, each row judged by models that had not seen it; None where there is nothing old.

    A row the old version was taught with counts by what was said of it while it was held out then; one that is only
    very like such a row is left out.
    """
    if old is None and material.start is None:
        return None
    memory = old.memory if old else Memory()
    texts = [one.masked for one in described]
    fair = [row for row, text in enumerate(texts) if mark_of(text) in memory.held or not memory.knows(text)]
    rows = np.array(fair, dtype=np.int64)
    against = old.card.key if old else SHIPPED
    said: dict[str, Any] = {"against": against, "rows": len(rows), "left_out": len(material) - len(rows)}
    if len(rows) < FEWEST_COMPARED:
        return said
    labels = material.labels
    truth = [labels[answer] for answer in material.answers[rows]]
    before, sure = _old_answers(material, described, old, rows)
    after = [labels[answer] for answer in held.said[rows]]
    said["old"] = asdict(measure(truth, before, sure))
    said["new"] = asdict(measure(truth, after, [held.sure[row] for row in rows]))
    said["by_kind"] = _by_kind([material.told[row].kind for row in rows], truth, before, after)
    return said


def _old_answers(
    material: Material, described: Sequence[Described], old: Kept | None, rows: Whole
) -> tuple[list[str], list[float]]:
    if old is not None:
        answers = [_old_answer(old, described[row]) for row in rows]
        return [said for said, _sure in answers], [sure for _said, sure in answers]
    assert material.start is not None
    start = material.start[rows]
    return [material.labels[place] for place in start.argmax(axis=1)], np.exp(start.max(axis=1)).tolist()


def _old_answer(old: Kept, described: Described) -> tuple[str, float]:
    if held := old.memory.held.get(mark_of(described.masked)):
        return held
    judged = judge_by(old.model, described)
    return judged.value or "", judged.confidence


def _remember(material: Material, held: Held, described: Sequence[Described]) -> Memory:
    marks = frozenset(mark for one in described for mark in marks_of(one.masked))
    sure = held.sure
    said = {mark_of(one.masked): (material.labels[held.said[row]], sure[row]) for row, one in enumerate(described)}
    return Memory(marks, said)


def _by_kind(
    kinds: Sequence[str], truth: Sequence[str], before: Sequence[str], after: Sequence[str]
) -> dict[str, dict[str, int]]:
    """How many of each kind of example were right before and are right now."""
    counted: dict[str, dict[str, int]] = {}
    for kind, wanted, old, new in zip(kinds, truth, before, after, strict=True):
        one = counted.setdefault(kind, {"rows": 0, "old": 0, "new": 0})
        one["rows"] += 1
        one["old"] += old == wanted
        one["new"] += new == wanted
    return counted
