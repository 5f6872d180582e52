"""What must hold of a pack's papers: somebody fills what they ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tingsu.packs.held import KEPT_BY, kept_details
from tingsu.packs.procedure import EffectName
from tingsu.packs.schema import Pack

Location = tuple[str | int, ...]
Mistake = tuple[Location, str]
# Tag of a template → what of the case it shows; a tag that is not here is filled for every case.
SHOWS = {
    "认定": "verdict", "认定理由": "verdict_reason", "查明的事实": "findings", "成因": "root_cause",
    "责任判定": "responsibility", "差错类型": "fault_code", "责任单位": "findings", "责任人": "findings",
    "实付金额": "paid", "答复内容": "answer", "答复时间": "answer", "满意度": "satisfaction", "回访": "satisfaction",
    "总结": "summary", "改善对策": "lesson", "难易": "complexity",
}  # fmt: skip
FILLED_BY: dict[str, frozenset[EffectName]] = {
    "主办部门": frozenset({"keep_units"}),
    "方案": frozenset({"keep_options"}),
    "处理方案": frozenset({"keep_options"}),
    "审批": frozenset({"request_approval"}),
    "批示意见": frozenset({"decide_approval"}),
    "批示人": frozenset({"decide_approval"}),
    **{tag: KEPT_BY[name] for tag, name in SHOWS.items()},
}
DETAILS = "登记栏目"


def paper_mistakes(pack: Pack) -> Iterator[Mistake]:
    """Every paper that waits for what nobody decides, with where it stands."""
    effects = _effects(pack)
    for index, form in enumerate(pack.forms):
        for need in form.needs:
            if need in KEPT_BY and not effects & KEPT_BY[need]:
                yield ("forms", index, "needs"), f"没有哪个办理事项会填「{need}」，这张表单永远做不出来"


def unfilled_tags(pack: Pack, tags: Iterable[str]) -> list[str]:
    """Of a template's tags, those that no action of the pack ever fills."""
    effects = _effects(pack)
    empty = [tag for tag in tags if tag in FILLED_BY and not effects & FILLED_BY[tag]]
    return sorted(empty + [tag for tag in tags if tag == DETAILS and not kept_details(pack)])


def _effects(pack: Pack) -> set[EffectName]:
    return {effect for action in pack.process.actions for effect in action.effects}
