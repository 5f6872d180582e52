"""What a case can hold under a name a pack may ask for: columns of every case, and the details of the pack itself.

``cases`` has the columns; the names stand here too, because a pack is checked without a site.
"""

from __future__ import annotations

from tingsu.packs.procedure import EffectName, FormField
from tingsu.packs.schema import Pack

# Held from the moment of recording.
ALWAYS_HELD = frozenset(
    {"channel", "business", "cause", "emotion", "need", "source", "subject", "key_point", "accused_person", "reopened",
     "corrected"}
)  # fmt: skip
# Held once an action with one of these effects was done.
KEPT_BY: dict[str, frozenset[EffectName]] = {
    "verdict": frozenset({"keep_verdict", "keep_findings"}),
    "complexity": frozenset({"keep_verdict"}),
    "verdict_reason": frozenset({"keep_verdict"}),
    "findings": frozenset({"keep_findings"}),
    "root_cause": frozenset({"keep_findings"}),
    "responsibility": frozenset({"keep_findings", "keep_responsibility"}),
    "fault_code": frozenset({"keep_findings", "keep_responsibility"}),
    "right": frozenset({"keep_right"}),
    "paid": frozenset({"keep_paid"}),
    "answer": frozenset({"keep_answer"}),
    "satisfaction": frozenset({"keep_follow_up"}),
    "summary": frozenset({"close"}),
    "lesson": frozenset({"close"}),
}
# What recording asks of every complaint (cases.recording.Draft): a pack's own question under such a name would be
# filled from the common one, and what is held as a column hides a detail of the same name.
COMMON_FIELDS = frozenset(
    {"text", "channel", "customer", "name", "phone", "id_no", "account_no", "email", "address", "occupation", "subject",
     "key_point", "received_at", "accused_unit", "accused_person", "source", "external_id", "reading", "details",
     "pack", "edition", "stage", "version", "number", "owner", "next_due"}
)  # fmt: skip


def kept_details(pack: Pack) -> dict[str, FormField]:
    """The details a case of this pack may come to hold: what is asked at recording, and what keep_details keeps."""
    kept = {field.id: field for field in pack.intake}
    for action in pack.process.actions:
        if "keep_details" in action.effects:
            kept |= {field.id: field for field in action.fields}
    return kept
