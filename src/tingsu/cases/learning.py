"""What people teach the site's reader: corrections on case pages and labelled files, taught and measured."""

from __future__ import annotations

from collections.abc import Iterator, Set
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from tingsu.base.clock import now
from tingsu.cases.access import visible_cases
from tingsu.cases.models import Case, Event
from tingsu.cases.site_models import check_may_teach, name_of, note_model, store
from tingsu.org.models import User
from tingsu.org.pack import actions_with, choices_in_force
from tingsu.reading.learned.described import FEWEST_ON_TOP, JUDGED, Told
from tingsu.reading.learned.store import Card, Kept, ModelRefused

if TYPE_CHECKING:
    from tingsu.reading.learned.training import Stage, Trial

CONFIRMED_WEIGHT = 0.5  # a case worked on and left as it was says less than one put right
CONFIRMED_EACH = 4  # of them for each correction, the latest


def taught_labels(facet: str) -> tuple[str, ...]:
    """The labels of the pack that a facet of the reading may have."""
    return tuple(choice.id for choice in choices_in_force(facet))


def count_corrections(*, by: User | None) -> dict[str, int]:
    """Facet → how many cases people corrected in it, among those this person may see."""
    counted = dict.fromkeys(JUDGED, 0)
    for facets in _corrected(by).values():
        for facet in facets & counted.keys():
            counted[facet] += 1
    return counted


def correction_examples(facet: str, *, by: User | None) -> list[Told]:
    """Cases whose ``facet`` people corrected, and closed ones they left as it was; masked text only, oldest first."""
    corrected = {case_id for case_id, facets in _corrected(by).items() if facet in facets}
    rows = _rows(_cases(by).filter(corrected=True).order_by("pk"), facet)
    told = [
        Told(text, label, 1.0, number, "corrected") for case_id, text, label, number in rows if case_id in corrected
    ]
    closed = _rows(_cases(by).filter(closed_at__isnull=False).order_by("-pk"), facet)
    left = (
        Told(text, label, CONFIRMED_WEIGHT, number, "confirmed")
        for case_id, text, label, number in closed
        if case_id not in corrected
    )
    return told + list(islice(left, CONFIRMED_EACH * len(told)))[::-1]


def teach_from_corrections(
    facet: str, *, by: User | None, at: datetime | None = None, on_stage: Stage = lambda what, done, total: None
) -> Trial:
    """A model of ``facet`` from people's corrections, measured and kept nowhere yet. Raises CannotTeach, NotAllowed."""
    check_may_teach(by)
    told = correction_examples(facet, by=by)
    return teach_from_examples(facet, told, {"kind": "corrections"}, by=by, at=at, on_stage=on_stage)


def teach_from_examples(
    name: str,
    told: list[Told],
    source: dict[str, str],
    *,
    by: User | None,
    at: datetime | None = None,
    on_stage: Stage = lambda what, done, total: None,
) -> Trial:
    """Teach ``name`` from what was told and compare it with what answers now.

    A facet of the reading (业务, 原因 …) is taught on top of the shipped reader, with the pack's classes; any other
    name is a label of the site's own. Raises NotAllowed, CannotTeach, ModelRefused.
    """
    from tingsu.reading.learned.training import Asked, try_teaching  # brings scikit-learn, which pages do without

    check_may_teach(by)
    labels = taught_labels(name) if name in JUDGED else ()
    old = _now_answering(name)
    asked = Asked(name, name_of(by), at or now(), source, labels)
    return try_teaching(asked, told, old=old, on_stage=on_stage)


def ask_teaching(facet: str, *, by: User) -> None:
    """Have ``facet`` taught from the corrections in the background; the version that comes of it is not put in force.

    Raises NotAllowed, ModelRefused where there are too few corrections or it is being taught already.
    """
    from tingsu.cases import jobs

    check_may_teach(by)
    if facet not in JUDGED:
        raise ModelRefused(f"「{facet}」不是可以从更正学的项目。")
    if (count := count_corrections(by=by)[facet]) < FEWEST_ON_TOP:
        raise ModelRefused(f"更正过的工单只有 {count} 件，至少要 {FEWEST_ON_TOP} 件才能训练。")
    if teachings().get(facet, {}).get("state") == "running":
        raise ModelRefused("这一项正在训练，请等它完成。")
    jobs.teach_facet.enqueue(facet, by.pk)


def teachings() -> dict[str, dict[str, str]]:
    """Facet → how its latest teaching in the background stands: "running", "done" or "refused" with the reason."""
    from django_tasks_db.models import DBTaskResult

    from tingsu.cases import jobs

    found: dict[str, dict[str, str]] = {}
    results = DBTaskResult.objects.filter(task_path=jobs.teach_facet.module_path).order_by("-enqueued_at")[:20]
    for result in results:
        facet = str(result.args_kwargs["args"][0])
        if facet not in found:
            found[facet] = _standing(str(result.status), result.return_value)
    return found


def _standing(status: str, returned: Any) -> dict[str, str]:
    if status in ("READY", "RUNNING"):
        return {"state": "running"}
    if status == "FAILED":
        return {"state": "refused", "refused": "训练中途出错，请系统管理员查看后台任务的日志。"}
    refused = (returned or {}).get("refused", "")
    return {"state": "refused", "refused": refused} if refused else {"state": "done"}


def _now_answering(name: str) -> Kept | None:
    """What is in force; for a label of the site's own that is off, its latest version."""
    kept, _troubles = store().load_in_force(name)
    versions = store().versions(name) if kept is None and name not in JUDGED else []
    if not versions:
        return kept
    try:
        return store().load(name, versions[-1])
    except ModelRefused:
        return None


def keep_trial(trial: Trial, *, by: User | None, at: datetime | None = None) -> Card:
    """Keep a model as the next version of its name; it is not in force yet. Raises NotAllowed, CannotWrite."""
    check_may_teach(by)
    card = store().add(trial.card, trial.model, trial.memory)
    note_model("model_made", card, {"source": dict(card.source)}, by=by, at=at)
    return card


def _cases(by: User | None) -> QuerySet[Case]:
    return visible_cases(by) if by is not None else Case.objects.all()


def _corrected(by: User | None) -> dict[int, Set[str]]:
    """Case → the facets that were corrected in it."""
    kinds = actions_with("correct_reading")
    cases = _cases(by).filter(corrected=True).order_by().values("pk")
    events = Event.objects.filter(kind__in=kinds, case__in=cases).order_by("case_id", "seq")
    found: dict[int, set[str]] = {}
    for case_id, data in events.values_list("case_id", "data").iterator(chunk_size=2_000):
        found.setdefault(case_id, set()).update(data.get("fields", {}))
    return dict(found)


def _rows(cases: QuerySet[Case], facet: str) -> Iterator[tuple[int, str, str, str]]:
    """(case, masked text, label, number) of the cases that have a label."""
    rows: Any = cases if facet == "emotion" else cases.exclude(**{facet: ""})
    for case_id, text, label, number in rows.values_list("pk", "masked_text", facet, "number").iterator(2_000):
        yield case_id, text, str(label), number
