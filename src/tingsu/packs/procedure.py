"""A pack's procedure as typed data: stages, the actions that lead from them, what each asks, checks and does."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from tingsu.packs.wording import Origin, Part, Wording

Permission = Literal[
    "view_accountability",
    "record_case", "attach_evidence", "reveal_personal_data", "import_cases", "export_cases", "view_home", "view_audit",
    "manage_staff", "teach_reading", "manage_forms", "manage_packs", "manage_budgets", "manage_delegations",
    "manage_insight", "manage_scripts", "inspect_conversations", "manage_writing_help",
]  # fmt: skip

# What the interpreter can check before an action and do in it; ``cases`` holds the functions of these names.
GuardName = Literal[
    "no_direct_interest", "of_the_units_handling", "within_authority", "not_own_plan", "paid_as_approved",
    "asked_of_this_unit", "a_task_is_open", "has_a_lead", "support_has_replied", "a_body_was_asked", "a_party_stands",
    "not_first_decider", "of_the_responsible", "answered_to_customer", "not_answered_yet", "an_appeal_waits",
    "a_review_waits", "a_level_above", "a_sanction_stands", "a_link_stands",
    "not_to_the_accused", "a_clock_stands_still", "promises_settled", "tried_enough", "no_contact_lapsed",
    "legally_notified", "opinion_checked_twice",
]  # fmt: skip
EffectName = Literal[
    "ask_support", "add_support", "keep_meeting", "give_task", "reply_task", "release_task", "go_on_without_support",
    "transfer_lead", "ask_outside", "hear_outside", "link_cases", "unlink_cases", "split_off", "restart_clock",
    "add_party", "end_party", "cite_evidence", "keep_right", "keep_responsibility", "appeal_responsibility",
    "decide_appeal", "ask_review", "decide_review", "hold_accountable", "revoke_accountability",
    "keep_verdict", "take_ownership", "keep_owner", "keep_units", "keep_findings", "keep_options", "request_approval",
    "decide_approval", "keep_paid", "keep_answer", "keep_follow_up", "close", "end", "reopen", "merge_into",
    "extend_deadline", "pause_deadlines", "resume_deadlines", "start_promise", "correct_reading", "keep_details",
    "keep_promise", "keep_contact", "send_sms", "end_wait", "keep_notice",
]  # fmt: skip
FieldKind = Literal[
    "text", "longtext", "choice", "choices", "money", "moment", "yes_no", "unit", "units", "user", "options", "case"
]


class FormField(Part):
    """One thing an action asks of the person who does it. ``choices`` names a taxonomy of the pack."""

    id: str
    name: Wording
    kind: FieldKind
    required: bool = True
    choices: str = ""
    hint: Wording | None = None
    needed_when: dict[str, str] = {}
    at_least: int = 0
    at_most: int = 0


class Way(Part):
    """Where an action leads when the fields answer so; the first way that fits is taken."""

    to: str
    when: dict[str, str] = {}


class Start(Part):
    """A deadline an action starts, under a rule of the pack; ``kind`` is what it is called on the case."""

    rule: str
    kind: str
    when: dict[str, str] = {}


class Action(Part):
    """One thing that may be done to a case: from where, by whom, with what, and what follows."""

    id: str
    name: Wording
    told: Wording | None = None  # how the timeline says it was done
    step: int = 0  # of the procedure's numbered steps; 0 for side actions
    from_: list[str] = Field(alias="from")  # stage ids, or "open" / "ended" for every stage of the sort
    only_when: dict[str, list[str]] = {}  # field or kept detail of the case → the values it must have
    ways: list[Way] = []  # empty: the case stays where it is
    by: list[str]
    fields: list[FormField] = []
    guards: list[GuardName] = []
    effects: list[EffectName] = []
    starts: list[Start] = []
    stops: list[str] = []
    main: bool = False  # a next step of its stage; of several that fit, the first is the page's primary action
    danger: bool = False
    panel: Literal["", "contact", "joint", "parties", "duty"] = (
        ""  # the part of the case page that offers it; "": the desk
    )
    seen_with: Permission | None = None  # who lacks it sees that it was done, not what was filled in
    hint: Wording | None = None
    source: str = ""
    origin: Origin = "source"


class Stage(Part):
    """One place a case can stand; ``step`` puts it on the process picture."""

    id: str
    name: Wording
    step: int = 0
    ends: bool = False
    side: bool = False  # off the main road of the picture
    origin: Origin = "source"


class Step(Part):
    """One of the procedure's numbered steps, as its source counts them."""

    step: int
    name: Wording
    source: str = ""


class Process(Part):
    """The procedure: numbered steps, stages, actions, and the stage a new case starts in."""

    id: str
    name: Wording
    version: int = 1
    begins: str
    begins_starts: list[Start] = []
    steps: list[Step]
    stages: list[Stage]
    actions: list[Action]

    def stage(self, id: str) -> Stage:
        return next(s for s in self.stages if s.id == id)

    def action(self, id: str) -> Action | None:
        return next((a for a in self.actions if a.id == id), None)

    def actions_with(self, effect: EffectName) -> list[str]:
        """The ids of the actions that have this effect."""
        return [a.id for a in self.actions if effect in a.effects]

    def actions_from(self, stage: str) -> list[Action]:
        return [a for a in self.actions if self.leads_from(a, stage)]

    def leads_from(self, action: Action, stage: str) -> bool:
        sort = "ended" if self.stage(stage).ends else "open"
        return stage in action.from_ or sort in action.from_
