"""What must hold of the parts around the procedure: questions at recording, guides to tick, and samples."""

from __future__ import annotations

from collections.abc import Iterator

from tingsu.packs.held import COMMON_FIELDS, KEPT_BY
from tingsu.packs.procedure import FormField
from tingsu.packs.schema import Checklist, Pack, Sample

Location = tuple[str | int, ...]
Mistake = tuple[Location, str]
NOT_AT_RECORDING = {"options": "方案要等调查之后才有", "case": "登记时还没有可指的工单"}


def intake_mistakes(pack: Pack) -> Iterator[Mistake]:
    """Every mistake in what is asked at recording, in the guides, and in the samples, each with where it stands."""
    yield from _questions(pack)
    yield from _hidden_details(pack)
    for index, checklist in enumerate(pack.checklists):
        yield from _guide(pack, checklist, ("checklists", index))
    for index, sample in enumerate(pack.samples):
        yield from _sample(pack, sample, ("samples", index))


def _questions(pack: Pack) -> Iterator[Mistake]:
    ids = [field.id for field in pack.intake]
    taxonomies = {taxonomy.id for taxonomy in pack.taxonomies}
    for index, field in enumerate(pack.intake):
        at: Location = ("intake", index)
        if field.id in COMMON_FIELDS or field.id in KEPT_BY:
            yield (*at, "id"), f"「{field.id}」是每件投诉都有的栏目，请换一个名字"
        if field.id in ids[:index]:
            yield (*at, "id"), f"「{field.id}」重名"
        if field.kind in NOT_AT_RECORDING:
            yield (*at, "kind"), f"登记栏目不能是 {field.kind}：{NOT_AT_RECORDING[field.kind]}"
        if field.kind in ("choice", "choices") and not field.choices:
            yield (*at, "choices"), "选择类字段要写明用哪个分类"
        if field.choices and field.choices not in taxonomies:
            yield (*at, "choices"), f"没有名为「{field.choices}」的分类"
        for name in sorted(set(field.needed_when) - set(ids)):
            yield (*at, "needed_when", name), f"登记时没有栏目「{name}」"


def _hidden_details(pack: Pack) -> Iterator[Mistake]:
    """A detail of the name of a column would never be seen: whoever asks for the name is given the column."""
    for index, action in enumerate(pack.process.actions):
        if "keep_details" not in action.effects:
            continue
        for place, field in enumerate(action.fields):
            taken = field.id in KEPT_BY and not KEPT_BY[field.id] & set(action.effects)
            if taken:
                yield (
                    ("process", "actions", index, "fields", place, "id"),
                    f"「{field.id}」是每件投诉都有的栏目，keep_details 存不进去，请换一个名字",
                )


def _guide(pack: Pack, checklist: Checklist, at: Location) -> Iterator[Mistake]:
    stages = {stage.id for stage in pack.process.stages}
    for stage in checklist.stages:
        if stage not in stages | {"open"}:
            yield (*at, "stages"), f"没有名为「{stage}」的环节"
    if not checklist.stages:
        yield (*at, "stages"), "没有写在哪个环节显示，谁也看不到它"
    for role in checklist.by:
        if pack.role(role) is None:
            yield (*at, "by"), f"没有名为「{role}」的角色"
    if not checklist.items:
        yield (*at, "items"), "一项都没有"
    ids = [item.id for item in checklist.items]
    for index, item in enumerate(ids):
        if item in ids[:index]:
            yield (*at, "items", index, "id"), f"「{item}」重名"


def _sample(pack: Pack, sample: Sample, at: Location) -> Iterator[Mistake]:
    """A sample must be recordable as it stands."""
    channels = pack.find_taxonomy("channel")
    if channels is not None and channels.choice(sample.channel) is None:
        yield (*at, "channel"), f"没有名为「{sample.channel}」的受理渠道"
    if not sample.text.strip():
        yield (*at, "text"), "样例没有投诉内容"
    asked = {field.id: field for field in pack.intake}
    for name, value in sample.details.items():
        if name not in asked:
            yield (*at, "details", name), f"登记时不问「{name}」"
        elif unknown := _unknown_values(pack, asked[name], value):
            yield (*at, "details", name), f"「{name}」的列表里没有「{unknown}」"
    for field in pack.intake:
        if field.required and not field.needed_when and sample.details.get(field.id) in (None, "", []):
            yield (*at, "details"), f"缺少必填的「{field.id}」，这个样例登记不了"


def _unknown_values(pack: Pack, field: FormField, value: object) -> str:
    """The first value that is not in the field's list; "" where all are, or where it has none."""
    known = pack.find_taxonomy(field.choices) if field.kind in ("choice", "choices") else None
    if known is None:
        return ""
    given = value if isinstance(value, list) else [value]
    return next((str(one) for one in given if known.choice(str(one)) is None), "")
