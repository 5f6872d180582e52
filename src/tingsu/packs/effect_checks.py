"""What an action's effects need to be told: an effect whose field is not asked for could not be carried out."""

from __future__ import annotations

from collections.abc import Iterator

from tingsu.packs.procedure import EffectName
from tingsu.packs.schema import Pack

Location = tuple[str | int, ...]
Mistake = tuple[Location, str]
# Effect → the fields it cannot do without, which the action must ask for and require (cases.effects reads them so).
NEEDS: dict[EffectName, tuple[str, ...]] = {
    "keep_verdict": ("verdict", "reason", "complexity"),
    "keep_owner": ("owner",),
    "keep_units": ("lead_unit",),
    "keep_findings": ("findings", "root_cause", "responsibility"),
    "keep_options": ("options", "chosen"),
    "decide_approval": ("reason",),
    "keep_answer": ("answer",),
    "keep_follow_up": ("reached", "satisfaction"),
    "close": ("summary",),
    "merge_into": ("into",),
    "pause_deadlines": ("why",),
    "start_promise": ("promised_at", "words"),
    "add_support": ("unit", "asked"),
    "keep_meeting": ("held_at", "people", "agreed"),
    "give_task": ("owner", "asked", "support_due"),
    "reply_task": ("reply",),
    "transfer_lead": ("lead_unit",),
    "ask_outside": ("name", "what"),
    "hear_outside": ("answer",),
    "link_cases": ("sort", "reason"),
    "split_off": ("text", "reason"),
    "add_party": ("part",),
    "keep_right": ("right",),
    "keep_responsibility": ("responsibility",),
    "decide_appeal": ("outcome",),
    "hold_accountable": ("unit", "grounds"),
    "keep_promise": ("result",),
    "keep_contact": ("result",),
    "keep_notice": ("reason",),
}


def effect_mistakes(pack: Pack) -> Iterator[Mistake]:
    """Every effect whose field the action does not ask for, with where it stands."""
    for index, action in enumerate(pack.process.actions):
        asked = {field.id: field for field in action.fields}
        for effect in action.effects:
            for name in NEEDS.get(effect, ()):
                at: Location = ("process", "actions", index, "effects")
                if name not in asked:
                    yield at, f"「{effect}」要有栏目「{name}」，这个办理事项没有问"
                elif not asked[name].required:
                    yield at, f"「{effect}」少不了栏目「{name}」，请不要写 required: false"
