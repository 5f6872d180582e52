"""The clock rules of packs as the deadline engine takes them, and where to find one by its id in any pack."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import TypeAdapter, ValidationError

from tingsu.base.errors import TingsuError
from tingsu.calendars.notices import NoticeDay
from tingsu.calendars.rules import Rule
from tingsu.packs.schema import DeadlineRule, Pack

SHARED = "shared"  # rules no pack brings by itself, such as those of other countries
_ROWS = TypeAdapter(list[DeadlineRule])


@dataclass(frozen=True, slots=True)
class Found:
    """A version of a rule and the pack that brings it ("shared" for none)."""

    rule: DeadlineRule
    pack: str


Nature = Literal["law", "agreed", "house"]
_LAW = re.compile(r"《[^》]*(?:法|条例|办法|规定|规范)》")


def nature_of(kept: Mapping[str, Any]) -> Nature:
    """Whose time a clock keeps, by its rule as the clock keeps it: a law's, one agreed with people, or the house's own.

    A rule is a law's if it comes from the sources and cites one by name, or belongs to another country's law.
    """
    if kept.get("id") in ("AGREED", "PROMISE"):
        return "agreed"
    if kept.get("origin", "source") != "source":
        return "house"
    cited = kept.get("jurisdiction", "CN") != "CN" or _LAW.search(kept.get("source", ""))
    return "law" if cited else "house"


def as_rule(row: DeadlineRule) -> Rule:
    """The rule as the engine computes with it. Raises RuleMistake where it contradicts itself."""
    return Rule(
        id=row.id,
        limit=row.limit,
        unit=row.unit,
        name=row.name.zh,
        jurisdiction=row.jurisdiction,
        trigger=row.trigger,
        source=row.source,
        verified=row.verified,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        pause_on=tuple(row.pause_on),
        extend_by=tuple(row.extend_by),
        extends=row.extends,
        notice_required=row.notice_required,
        office_hours=row.office_hours,
    )


def rule_as_kept(data: Mapping[str, Any]) -> Rule:
    """The rule from what a running clock kept of it; what was not yet said then is as it was then."""
    return as_rule(DeadlineRule.model_validate({k: v for k, v in data.items() if k in DeadlineRule.model_fields}))


def notice_days(pack: Pack) -> list[NoticeDay]:
    """The days the pack adds to China's working calendar."""
    said = ((pack.extra_rest_days, False), (pack.extra_work_days, True))
    return [NoticeDay("CN", day, worked) for days, worked in said for day in days]


def versions_of(rules: list[DeadlineRule], rule_id: str) -> list[DeadlineRule]:
    """Every version of a rule, the oldest first."""
    return sorted((r for r in rules if r.id == rule_id), key=lambda r: r.valid_from or date.min)


def longer_rule(rules: list[DeadlineRule], rule_id: str, *, on: date) -> DeadlineRule | None:
    """The rule one goes over to when ``rule_id`` is extended, in the version in force ``on`` a day."""
    return next((r for r in rules if r.extends == rule_id and r.is_in_force(on)), None)


def all_rules(roots: list[Path], first: str) -> list[Found]:
    """The rules of every pack under ``roots`` and of the shared files: those of the pack ``first`` first, shared last.

    A file that cannot be read brings none: `tingsu pack check` names its mistakes.
    """
    folders = {f.name: f for root in reversed(roots) if root.is_dir() for f in sorted(root.iterdir()) if f.is_dir()}
    order = sorted(folders, key=lambda name: (name == SHARED, name != first, name))
    return [Found(rule, name) for name in order for rule in _rules_in(folders[name])]


def _rules_in(folder: Path) -> Iterator[DeadlineRule]:
    for path in sorted(folder.glob("deadlines*.yaml")):
        try:
            data = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=yaml.CSafeLoader)
            yield from _ROWS.validate_python(data["rules"])
        except (OSError, ValueError, LookupError, TypeError, yaml.YAMLError, ValidationError):
            continue


class UnknownRule(TingsuError):
    """No pack has a rule of this name; ``near`` are those it may have been meant for."""

    code = "unknown_rule"

    def __init__(self, said: str, ids: list[str]) -> None:
        self.near = get_close_matches(said.upper(), ids, n=3, cutoff=0.6)
        meant = f"是不是 {'、'.join(self.near)}？" if self.near else ""
        super().__init__(f"没有名为「{said}」的时限规则。{meant}可用的有：{'、'.join(ids)}。")


@dataclass(frozen=True, slots=True)
class Named:
    """The rule a word stands for: every version of it, the rules of its pack, and what else the word could mean."""

    versions: list[DeadlineRule]
    rules: list[DeadlineRule]
    pack: str
    others: tuple[str, ...]


def name_rule(found: list[Found], said: str) -> Named:
    """The rule called ``said``, in any case and with blanks, slashes or brackets for hyphens.

    A word that several rules begin with (CN-NFRA-4) stands for the first of them. Raises UnknownRule.
    """
    wanted = re.sub(r"[^A-Z0-9]+", "-", said.upper()).strip("-")
    ids = list(dict.fromkeys(one.rule.id for one in found))
    fitting = [one for one in ids if one.upper() == wanted] + [
        one for one in ids if one.upper().startswith(f"{wanted}-")
    ]
    if not wanted or not fitting:
        raise UnknownRule(said, ids)
    pack = next(one.pack for one in found if one.rule.id == fitting[0])
    rules = [one.rule for one in found if one.pack == pack]
    return Named(versions_of(rules, fitting[0]), rules, pack, tuple(fitting[1:]))
