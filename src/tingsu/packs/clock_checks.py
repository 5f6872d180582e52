"""What must hold between a pack's clock rules and its procedure: every rule can start, every stop stops something."""

from __future__ import annotations

from collections.abc import Iterator

from tingsu.packs.procedure import Start
from tingsu.packs.schema import Pack

Location = tuple[str | int, ...]
Mistake = tuple[Location, str]
# Trigger of a rule → the effect that starts the pack's rule for it, or reckons by it.
TRIGGERED_BY = {
    "support_asked": "add_support", "responsibility_decided": "appeal_responsibility",
    "responsibility_appealed": "appeal_responsibility", "decision_received": "ask_review",
    "review_requested": "ask_review",
}  # fmt: skip
STARTED_BY_EFFECT = {"start_promise": "promise"}  # effect → the kind of clock it starts without a rule


def clock_mistakes(pack: Pack) -> Iterator[Mistake]:
    """Every rule that never starts and every stop of a clock nobody starts, each with where it stands."""
    yield from _idle_rules(pack)
    yield from _vain_stops(pack)


def started(pack: Pack) -> list[Start]:
    """Every start of a clock in the procedure, at recording first."""
    return [*pack.process.begins_starts, *(start for action in pack.process.actions for start in action.starts)]


def _idle_rules(pack: Pack) -> Iterator[Mistake]:
    """A rule runs if something starts it or if it extends one that runs; others say ``reference: true``."""
    running = {start.rule for start in started(pack)} | {rule.id for rule in pack.rules if rule.reference}
    effects = {effect for action in pack.process.actions for effect in action.effects}
    running |= {rule.id for rule in pack.rules if TRIGGERED_BY.get(rule.trigger) in effects}
    while new := {rule.id for rule in pack.rules if rule.extends in running} - running:
        running |= new
    for index, rule in enumerate(pack.rules):
        if rule.id not in running:
            yield (
                ("rules", index, "id"),
                f"时限「{rule.id}」永远不会开始：没有哪一步启动它。只供查算的请写 reference: true",
            )


def _vain_stops(pack: Pack) -> Iterator[Mistake]:
    effects = {effect for action in pack.process.actions for effect in action.effects}
    kinds = {start.kind for start in started(pack)}
    kinds |= {kind for effect, kind in STARTED_BY_EFFECT.items() if effect in effects}
    for index, action in enumerate(pack.process.actions):
        for place, kind in enumerate(action.stops):
            if kind not in kinds:
                yield (
                    ("process", "actions", index, "stops", place),
                    f"没有哪一步启动「{kind}」这种时限，停不了它",
                )
