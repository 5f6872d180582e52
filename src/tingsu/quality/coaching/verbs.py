"""Coaching cards: made by the coach, answered by the person, followed up on the day agreed.

Each verb is one transaction with a sealed line in the access log. Errors: NotAllowed, PersonNotFound, CardNotFound,
CardChanged, Incomplete, NotPossible.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from tingsu.base.clock import local, now
from tingsu.base.text import is_storable
from tingsu.cases.errors import Incomplete, NotPossible
from tingsu.cases.notices import give_notice_about
from tingsu.org.access_log import note_access
from tingsu.org.models import User
from tingsu.org.permissions import require
from tingsu.quality.coaching.suggesting import MOST_PRACTISE, known_scripts
from tingsu.quality.coaching.tables import CoachingCard
from tingsu.quality.conversations.tables import Conversation
from tingsu.quality.errors import CardChanged, CardNotFound
from tingsu.quality.seeing import INSPECT, find_person, inspects_person, people_inspected
from tingsu.reading import mask

LONGEST = 2000
LONGEST_AHEAD = timedelta(days=183)
MOST_SCRIPTS = 10


@dataclass(frozen=True, slots=True)
class Practice:
    """One thing to practise: the point, in the coach's words, and the conversation and turn that show it."""

    point: str
    name: str
    words: str
    conversation: int | None = None
    turn: int | None = None


@dataclass(frozen=True, slots=True)
class CardDraft:
    """A card to be made; ``scripts`` are ids of the pack's scripts."""

    strengths: str
    practise: Sequence[Practice]
    action: str
    due: date
    scripts: Sequence[str] = ()


def make_card(person: User, draft: CardDraft, *, by: User, at: datetime | None = None) -> CoachingCard:
    """Make a card for a colleague one inspects, and tell him."""
    at = at or now()
    find_person(person.username, by=by)
    _check(person, draft, today=local(at).date())
    with transaction.atomic():
        made = CoachingCard.objects.create(
            agent=person,
            coach=by,
            at=at,
            strengths=mask(draft.strengths.strip()),
            practise=[{**asdict(one), "words": mask(one.words.strip())} for one in draft.practise],
            scripts=list(draft.scripts),
            action=mask(draft.action.strip()),
            due=draft.due,
        )
        _note(made, "made", by, at)
        words = {"zh": "您有一张新的辅导卡", "en": "A coaching card for you"}
        give_notice_about("辅导卡", "/quality/mine/", [person], kind="quality", words=words, at=at)
    return made


def answer_card(card: CoachingCard, words: str, *, by: User, version: int, at: datetime | None = None) -> CoachingCard:
    """The person has read the card, and says what he wants to say to it."""
    at = at or now()
    _check_words(words, "answer", needed=False)
    with transaction.atomic():
        held = _hold(card, version)
        if held.agent_id != by.pk:
            raise CardNotFound(card.pk)
        held.read_at, held.answer = held.read_at or at, mask(words.strip())
        _keep(held, "read", by, at)
    return held


def follow_up_card(
    card: CoachingCard, outcome: str, *, by: User, version: int, at: datetime | None = None
) -> CoachingCard:
    """Say what came of the agreed action; the person is told, and the card is done."""
    at = at or now()
    _check_words(outcome, "outcome", needed=True)
    with transaction.atomic():
        held = _hold(card, version)
        if not inspects_person(held.agent, by=by):
            require(by, INSPECT)
            raise CardNotFound(card.pk)
        if held.followed_at is not None:
            raise NotPossible("这张辅导卡已经跟进完毕。需要继续辅导时，请建立新的辅导卡。")
        held.followed_at, held.followed_by, held.outcome = at, by, mask(outcome.strip())
        _keep(held, "followed", by, at)
        words = {"zh": "您的辅导卡已跟进", "en": "Your coaching card was followed up"}
        give_notice_about("辅导卡", "/quality/mine/", [held.agent], kind="quality", words=words, at=at)
    return held


def cards_of(person: User, *, by: User) -> QuerySet[CoachingCard]:
    """The cards of a person, for himself and for who inspects him. Raises NotAllowed, PersonNotFound."""
    if person.pk != by.pk:
        find_person(person.username, by=by)
    return CoachingCard.objects.filter(agent=person).select_related("coach", "followed_by", "agent__unit")


def open_cards(by: User) -> QuerySet[CoachingCard]:
    """Cards within reach that wait to be followed up, the earliest due first. Raises NotAllowed."""
    rows = CoachingCard.objects.filter(followed_at=None, agent__in=people_inspected(by).values("pk"))
    return rows.select_related("agent", "coach").order_by("due", "pk")


def find_card(number: int, *, by: User) -> CoachingCard:
    """A card, for the person himself and for who inspects him. Raises CardNotFound."""
    found = CoachingCard.objects.select_related("agent__unit", "coach").filter(pk=number).first()
    if found is None or (found.agent_id != by.pk and not inspects_person(found.agent, by=by)):
        raise CardNotFound(number)
    return found


def _hold(card: CoachingCard, version: int) -> CoachingCard:
    rows = CoachingCard.objects.select_for_update(of=("self",)).select_related("agent__unit", "coach")
    held = rows.filter(pk=card.pk).first()
    if held is None:
        raise CardNotFound(card.pk)
    if held.version != version:
        raise CardChanged(held.version)
    return held


def _keep(held: CoachingCard, did: str, by: User, at: datetime) -> None:
    held.version += 1
    held.save()
    _note(held, did, by, at)


def _note(card: CoachingCard, did: str, by: User, at: datetime) -> None:
    note_access("coaching", {"card": card.pk, "agent": card.agent.username, "did": did}, by=by, at=at)


def _check_words(words: str, name: str, *, needed: bool) -> None:
    if needed and not words.strip():
        raise Incomplete({name: "请写明跟进结果"})
    if len(words) > LONGEST or not is_storable(words):
        raise Incomplete({name: f"最多 {LONGEST} 字，且不能有控制字符"})


def _check(person: User, draft: CardDraft, *, today: date) -> None:
    wrong: dict[str, str] = {}
    for name, words, told in (
        ("strengths", draft.strengths, "请写做得好的地方"),
        ("action", draft.action, "请写约定的行动"),
        *((f"practise_{no}", one.words, "请写怎样练") for no, one in enumerate(draft.practise, start=1)),
    ):
        if not words.strip() or len(words) > LONGEST or not is_storable(words):
            wrong[name] = told if not words.strip() else f"最多 {LONGEST} 字，且不能有控制字符"
    if not 1 <= len(draft.practise) <= MOST_PRACTISE:
        wrong["practise_1"] = f"请写一到{MOST_PRACTISE}件要练的事"
    if not today <= draft.due <= today + LONGEST_AHEAD:
        wrong["due"] = "跟进日期要在今天之后、半年之内"
    shown = {one.conversation for one in draft.practise if one.conversation is not None}
    if Conversation.objects.filter(pk__in=shown, agent=person, reviewed_at__isnull=False).count() < len(shown):
        wrong["practise_1"] = "所引的对话要是这位同事的、复核过的，本人才看得到"
    known = {script.id for script in known_scripts(person.unit)}
    if len(draft.scripts) > MOST_SCRIPTS or set(draft.scripts) - known:
        wrong["scripts"] = "请从话术库里选择话术"
    if wrong:
        raise Incomplete(wrong)
