"""Ordinary conversations out of which a complaint may come (003: what is left unsaid), and what is done about each.

Every verb is one transaction, keeps a step and a sealed line. Errors: NotAllowed, ConversationNotFound,
ConversationChanged, Incomplete, NotPossible.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from tingsu.base.clock import local, now
from tingsu.base.text import is_storable
from tingsu.cases.access import find_case, is_visible
from tingsu.cases.errors import Incomplete, NotPossible
from tingsu.cases.models import Case
from tingsu.cases.notices import give_notice_about
from tingsu.cases.recording import LONGEST_TEXT, CustomerDraft, Draft, record_case
from tingsu.org.models import User
from tingsu.quality.conversations.keeping import hold, keep_step, path_of
from tingsu.quality.conversations.tables import CallBack, Conversation
from tingsu.quality.errors import ConversationNotFound
from tingsu.quality.seeing import inspected_conversations, inspects_it, inspects_person, require_inspector
from tingsu.quality.transcripts.turns import CUSTOMER
from tingsu.reading import mask

LOOKED_BACK = timedelta(days=30)
HIGH, MIDDLE = 0.55, 0.3  # of the engine's risk: a rank to work through, no probability that was checked
LONGEST = 400
Next, Result = Conversation.Next, CallBack.Result


@dataclass(frozen=True, slots=True)
class Complainant:
    """Who is to be recorded with the complaint, as far as known."""

    name: str = ""
    phone: str = ""


def latent_risks(by: User, *, at: datetime | None = None) -> QuerySet[Conversation]:
    """Recent ordinary conversations within reach that nobody has settled, the riskiest first. Raises NotAllowed."""
    rows = inspected_conversations(by).filter(case=None, next_step=Next.OPEN, risk__gte=MIDDLE, purged_at=None)
    rows = rows.filter(held_at__gte=(at or now()) - LOOKED_BACK)
    return rows.select_related("agent", "unit").order_by("-risk", "-held_at", "-pk")


def level_of(risk: float | None) -> str:
    """high, middle or low; "" where there is no score."""
    if risk is None:
        return ""
    return "high" if risk >= HIGH else "middle" if risk >= MIDDLE else "low"


def said_by_customer(conversation: Conversation) -> str:
    """What the customer said, a turn a line; everything where nobody knows who spoke."""
    own = [turn["text"] for turn in conversation.turns if turn["speaker"] == CUSTOMER]
    return "\n".join(own or [turn["text"] for turn in conversation.turns])[:LONGEST_TEXT]


def register_complaint(
    conversation: Conversation,
    *,
    channel: str,
    customer: Complainant,
    by: User,
    version: int,
    at: datetime | None = None,
) -> Case:
    """Record what the customer said as a complaint and tie the conversation to it; returns the case."""
    at = at or now()
    require_inspector(conversation, by=by)
    with transaction.atomic():
        held = _hold_open(conversation, version)
        draft = Draft(
            text=said_by_customer(held),
            channel=channel,
            customer=CustomerDraft(name=customer.name.strip(), phone=customer.phone.strip()),
            received_at=held.held_at,
            source="conversation",
            external_id=str(held.pk),
        )
        recorded = record_case(draft, by=by, at=at)
        if not recorded.created:  # another system may have sent a complaint under this very number
            raise NotPossible("已有一件来源编号相同的工单，不是从这段对话登记的。请另行登记投诉，再把对话关联过去。")
        held.case, held.next_step = recorded.case, Next.CASE
        keep_step(held, "registered", by=by, at=at, data={"case": recorded.case.number})
    return recorded.case


def plan_call(
    conversation: Conversation,
    owner: User,
    due: date,
    note: str,
    *,
    by: User,
    version: int,
    at: datetime | None = None,
) -> CallBack:
    """Ask a colleague to call the customer by a day; he is told and sees the conversation until it is done.

    One of ``possible_callers``, or who inspects it anyway: nobody else's business is it to read along.
    """
    at = at or now()
    require_inspector(conversation, by=by)
    wrong: dict[str, str] = {}
    if not owner.is_active:
        wrong["owner"] = "请选择在岗的同事"
    elif not (inspects_it(conversation, by=owner) or possible_callers(conversation).filter(pk=owner.pk).exists()):
        wrong["owner"] = "请选择这段对话所在机构的同事，或经办人本人"
    if not local(at).date() <= due <= local(at).date() + LOOKED_BACK:
        wrong["due"] = "回访日期要在今天到三十天之内"
    if len(note) > LONGEST or not is_storable(note):
        wrong["note"] = f"说明最多 {LONGEST} 字，且不能有控制字符"
    if wrong:
        raise Incomplete(wrong)
    with transaction.atomic():
        held = _hold_open(conversation, version)
        held.next_step = Next.CALL
        made = CallBack.objects.create(
            conversation=held, owner=owner, due=due, note=mask(note.strip()), made_by=by, made_at=at
        )
        keep_step(held, "call", by=by, at=at, data={"owner": owner.username, "due": due.isoformat()})
        words = {"zh": f"请在{due:%-m月%-d日}前回访这位客户", "en": f"Please call this customer by {due}"}
        give_notice_about(held.name, path_of(held), [owner], kind="quality", words=words, at=at)
    return made


def finish_call(call: CallBack, result: str, said: str, *, by: User, at: datetime | None = None) -> CallBack:
    """What came of a call back, told by who was asked. One that was a complaint, or reached nobody, is open again."""
    at = at or now()
    if result not in Result.values:
        raise Incomplete({"result": "请选择回访结果"})
    if not said.strip() or len(said) > LONGEST or not is_storable(said):
        raise Incomplete({"said": f"请写明客户怎么说，最多 {LONGEST} 字"})
    with transaction.atomic():
        held = hold(call.conversation_id, None)
        row = CallBack.objects.select_for_update().filter(pk=call.pk, owner=by).first()
        if row is None:
            raise ConversationNotFound(held.pk)
        if row.done_at is not None:
            raise NotPossible("这次回访已经登记过结果。")
        row.result, row.said, row.done_at = result, mask(said.strip()), at
        row.save()
        if result != Result.SETTLED:
            held.next_step = Next.OPEN
        keep_step(held, "called", by=by, at=at, data={"call": row.pk, "result": result})
    return row


def set_aside(conversation: Conversation, reason: str, *, by: User, version: int, at: datetime | None = None) -> None:
    """Say with a reason that nothing need be done."""
    require_inspector(conversation, by=by)
    if not reason.strip() or len(reason) > LONGEST or not is_storable(reason):
        raise Incomplete({"reason": f"请写明为什么不用处理，最多 {LONGEST} 字"})
    with transaction.atomic():
        held = _hold_open(conversation, version)
        held.next_step = Next.ASIDE
        keep_step(held, "aside", mask(reason.strip()), by=by, at=at or now())


def calls_of(by: User) -> QuerySet[CallBack]:
    """The calls back this person was asked for and has not made."""
    rows = CallBack.objects.filter(owner=by, done_at=None)
    return rows.select_related("conversation", "made_by").order_by("due", "pk")


def find_call(number: int, *, by: User) -> CallBack:
    """One of the person's own calls back. Raises ConversationNotFound."""
    found = CallBack.objects.filter(pk=number, owner=by).first()
    if found is None:
        raise ConversationNotFound(number)
    return found


def possible_callers(conversation: Conversation) -> QuerySet[User]:
    """Colleagues in post of the conversation's unit and the one who held it."""
    near = Q(pk=conversation.agent_id) | Q(unit=conversation.unit_id)
    return User.objects.filter(near, is_active=True).select_related("unit").order_by("name")


def tie_to_case(conversation: Conversation, number: str, *, by: User, version: int, at: datetime | None = None) -> None:
    """Say which case the conversation belongs to; "" unties it. Raises NotFound (of cases) for one out of reach."""
    require_inspector(conversation, by=by)
    case = find_case(number.strip(), by=by) if number.strip() else None
    with transaction.atomic():
        held = hold(conversation.pk, version)
        if held.case is not None and not is_visible(held.case, by=by):
            raise NotPossible("这段对话属于一件不在您可查看范围内的工单，请由能看到那件工单的同事改动。")
        before, held.case = (held.case.number if held.case else ""), case
        data = {"from": before, "case": case.number if case else ""}
        keep_step(held, "tied", by=by, at=at or now(), data=data)


def name_agent(conversation: Conversation, agent: User, *, by: User, version: int, at: datetime | None = None) -> None:
    """Say which colleague held a conversation whose file named nobody known; the unit follows.

    Raises NotPossible once it is reviewed, where the file did name one, and for who is not within one's reach.
    """
    require_inspector(conversation, by=by)
    if not agent.is_active or not inspects_person(agent, by=by):
        raise NotPossible("请选择您管辖范围内在岗的同事；您本人的对话请由其他质检人员认领。")
    with transaction.atomic():
        held = hold(conversation.pk, version)
        if held.reviewed_at is not None:
            raise NotPossible("这段对话已经复核，不能再改经办人。")
        if held.agent_id is not None and not held.steps.filter(kind="named").exists():
            raise NotPossible("文件已经写明经办人，不能改到别人名下。")
        held.agent, held.unit = agent, agent.unit or held.unit
        keep_step(held, "named", by=by, at=at or now(), data={"agent": agent.username})


def _hold_open(conversation: Conversation, version: int) -> Conversation:
    held = hold(conversation.pk, version)
    if held.next_step != Next.OPEN:
        raise NotPossible(f"这段对话已经处理：{held.get_next_step_display()}。")
    if held.case_id is not None:
        raise NotPossible("这段对话已属于一件投诉工单，请在工单里办理。")
    if held.purged_at is not None:
        raise NotPossible("这段对话的原文已按保存期限删除。")
    return held
