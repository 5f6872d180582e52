"""The library's own words: names of steps, customers and origins, what may be narrowed by, a script as it is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tingsu.assist.scripts.filling import Filled, leave_open
from tingsu.assist.scripts.ranking import NEVER, Rating
from tingsu.assist.scripts.shelf import Kept, Shelf
from tingsu.assist.scripts.situation import OTHER
from tingsu.base.clock import today
from tingsu.org.pack import packs_in_force
from tingsu.packs.schema import Pack
from tingsu.packs.scripts import SEGMENT_VALUES, SEGMENTS, STEP_NAMES, Script
from tingsu.web.fields import Pick
from tingsu.web.words import in_english

SEGMENT_NAMES = {
    "age": gettext_lazy("年龄"), "sex": gettext_lazy("性别"), "education": gettext_lazy("学历"),
    "region": gettext_lazy("地域"), "industry": gettext_lazy("行业"), "class": gettext_lazy("身份"),
}  # fmt: skip
ORIGIN_NAMES = {
    "pack": gettext_lazy("方案包自带"), "over": gettext_lazy("本机构改写"), "site": gettext_lazy("本机构自编"),
}  # fmt: skip
FIELD_NAMES = {
    "title": gettext_lazy("情形"), "text": gettext_lazy("话术"), "ordinary": gettext_lazy("平常说法"),
    "why": gettext_lazy("为什么"), "instead": gettext_lazy("该怎么说"), "words": gettext_lazy("搜索词"),
    "steps": gettext_lazy("步骤"), "stages": gettext_lazy("环节"), "needs": gettext_lazy("心理需求"),
    "emotion_from": gettext_lazy("情绪"), "businesses": gettext_lazy("业务"), "causes": gettext_lazy("原因"),
    "demands": gettext_lazy("诉求"), "channels": gettext_lazy("渠道"), "segments": gettext_lazy("客群"),
    "method": gettext_lazy("方法"), "owner": gettext_lazy("负责人"), "review_on": gettext_lazy("复核日期"),
}  # fmt: skip
LISTS = {"needs": "need", "businesses": "business", "causes": "cause", "demands": "demand", "channels": "channel"}


@dataclass(frozen=True, slots=True)
class Card:
    """One script as a list shows it."""

    kept: Kept
    filled: Filled
    tags: list[tuple[str, str]]  # what it is for: kind, words
    rating: Rating = NEVER
    why: str = ""
    due: bool = False
    origin: str = ""
    step: str = ""  # the name of its first step, under which a list without a search puts it

    @property
    def script(self) -> Script:
        return self.kept.script

    @property
    def title(self) -> str:
        return self.script.title.in_language(language())


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What a list of scripts is narrowed to; plain words of the address, empty where not."""

    q: str = ""
    step: str = ""
    need: str = ""
    business: str = ""
    segment: str = ""
    show: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> Narrowed:
        return cls(*(str(query.get(name, "")).strip()[:200] for name in cls.__slots__))

    def takes(self, kept: Kept) -> bool:
        """Whether a script is among what is looked at; what is for anybody fits every choice but a customer's."""
        script = kept.script
        segments = {value for values in script.segments.values() for value in values}
        return (
            (not self.step or self.step in script.steps)
            and (not self.need or self.need in script.needs)
            and (not self.business or self.business in script.businesses)
            and (not self.segment or self.segment in segments)
            and SHOWN.get(self.show, SHOWN[""])(kept)
        )


def _in_use(kept: Kept) -> bool:
    return not kept.retired and not kept.script.counter_example


SHOWN: Mapping[str, Callable[[Kept], bool]] = {
    "": _in_use,
    "site": lambda kept: _in_use(kept) and kept.origin != "pack",
    "due": lambda kept: kept.is_due(today()),
    "retired": lambda kept: kept.retired,
    "counter": lambda kept: kept.script.counter_example and not kept.retired,
}


@dataclass(frozen=True, slots=True)
class Select:
    """One list to narrow by, as ``parts/filter.html`` draws it."""

    name: str
    label: str
    picks: list[Pick] = field(default_factory=list)
    value: str = ""


def language() -> str:
    return "en" if in_english() else "zh"


def make_card(
    kept: Kept, pack: Pack | None, *, rating: Rating = NEVER, why: str = "", filled: Filled | None = None
) -> Card:
    """One script with its words; slots stay open where nothing filled them."""
    script = kept.script
    return Card(
        kept, filled or leave_open(script.text), tags_of(script, pack), rating, why, kept.is_due(today()),
        str(ORIGIN_NAMES[kept.origin]), step_name(script.steps[0]) if script.steps else str(_("任何步骤")),
    )  # fmt: skip


def tags_of(script: Script, pack: Pack | None) -> list[tuple[str, str]]:
    """What a script is for, in the page's language: (kind, words)."""
    tags = [("step", step_name(step)) for step in script.steps]
    tags += [(name, name_in(pack, LISTS[name], value)) for name in LISTS for value in getattr(script, name)]
    tags += [("segments", segment_name(value)) for values in script.segments.values() for value in values]
    tags += [("stages", _stage_name(pack, stage)) for stage in script.stages]
    if script.verdicts:
        found = _("、").join(name_in(pack, "verdict", verdict) for verdict in script.verdicts)
        tags.append(("verdicts", _("认定%(verdicts)s时") % {"verdicts": found}))
    if script.emotion_from:
        tags.append(("emotion", _("情绪「%(name)s」起") % {"name": name_in(pack, "emotion", str(script.emotion_from))}))
    if script.method:
        tags.append(("method", _("%(name)s法") % {"name": script.method}))
    return tags


def selects_of(narrowed: Narrowed, shelf: Shelf, pack: Pack | None) -> list[Select]:
    """What the library may be narrowed by: only what some script on the shelf is for."""
    scripts = [kept.script for kept in shelf.kept.values()]
    steps = [s for s in STEP_NAMES if any(s in script.steps for script in scripts)]
    segments = {v for script in scripts for values in script.segments.values() for v in values}
    known = [(kind, value) for kind, values in SEGMENTS.items() for value in sorted(values) if value in segments]
    return [
        _select("step", _("步骤"), [(s, step_name(s)) for s in steps], narrowed.step),
        _select("need", _("心理需求"), _used(scripts, "needs", pack), narrowed.need),
        _select("business", _("业务"), _used(scripts, "businesses", pack), narrowed.business),
        _select(
            "segment", _("客群"), [(v, f"{SEGMENT_NAMES[k]} · {segment_name(v)}") for k, v in known], narrowed.segment
        ),
        _select("show", _("看哪些"), _shows(shelf), narrowed.show),
    ]


def step_name(step: str) -> str:
    return next((name.in_language(language()) for one, name in STEP_NAMES.items() if one == step), step)


def segment_name(value: str) -> str:
    """What a kind of customer is called in the page's language."""
    name = SEGMENT_VALUES.get(value)
    return name.in_language(language()) if name else value


def name_in(pack: Pack | None, taxonomy: str, value: str) -> str:
    """A stored value in the words of a pack's list."""
    known = pack.find_taxonomy(taxonomy) if pack else None
    choice = known.choice(value) if known else None
    return choice.name.in_language(language()) if choice and choice.name else value


def picks_of(pack: Pack | None, taxonomy: str, picked: Iterable[str]) -> list[Pick]:
    """The values of a pack's list to tick; what is ticked and no longer in the list stays."""
    known = pack.find_taxonomy(taxonomy) if pack else None
    ids = [choice.id for choice in known.values if choice.id != OTHER] if known else []
    held = list(picked)
    return [Pick(v, name_in(pack, taxonomy, v), picked=v in held) for v in dict.fromkeys([*ids, *held])]


def other_packs(now: str) -> list[tuple[str, str]]:
    """The other packs in force, whose scripts may be looked at as well: (id, name)."""
    return [(pack.id, pack.name.in_language(language())) for pack in packs_in_force().all if pack.id != now]


def _stage_name(pack: Pack | None, stage: str) -> str:
    stages = pack.process.stages if pack else []
    return next((s.name.in_language(language()) for s in stages if s.id == stage), stage)


def _select(name: str, label: str, picks: list[tuple[str, str]], value: str) -> Select:
    return Select(name, str(label), [Pick(v, words, picked=v == value) for v, words in picks], value)


def _used(scripts: list[Script], name: str, pack: Pack | None) -> list[tuple[str, str]]:
    values = dict.fromkeys(value for script in scripts for value in getattr(script, name))
    return [(value, name_in(pack, LISTS[name], value)) for value in values]


def _shows(shelf: Shelf) -> list[tuple[str, str]]:
    kinds = (
        ("site", _("本机构自编或改写的")),
        ("due", _("到了复核日期的")),
        ("retired", _("已停用的")),
        ("counter", _("反面教材")),
    )
    return [(kind, str(words)) for kind, words in kinds if any(SHOWN[kind](kept) for kept in shelf.kept.values())]
