"""As what a person stands before a conversation, and so which marks are shown to him.

A second review is worth something only where its author has seen neither the machine's marks nor the first reviewer's.
So whoever inspects and meets a conversation that somebody else has reviewed is shown no marks until he has handed in
his own, or says that he only wants to look, which stays on record and closes the second review to him.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal

from django.db.models import Exists, OuterRef, Q

from tingsu.org.models import User
from tingsu.quality.conversations.tables import Conversation, ConversationStep
from tingsu.quality.reviews.tables import Review
from tingsu.quality.seeing import inspects_it

MOST = 2  # reviews of one conversation
_LOOKED = ("looked", "decided")  # steps after which one has seen the marks
# first: nobody has reviewed it; blind: somebody else has; open: everything may be shown; own: it is the person's own
# and was reviewed; caller: he is to call the customer back and needs the words alone, be it his own not yet reviewed.
Stance = Literal["first", "blind", "open", "own", "caller"]


def stance_of(conversation: Conversation, reviews: Iterable[Review], *, by: User) -> Stance:
    """The stance of someone who may see the conversation."""
    if conversation.agent_id == by.pk:
        return "own" if conversation.reviewed_at is not None else "caller"
    if not inspects_it(conversation, by=by):
        return "caller"
    done = list(reviews)
    if not done:
        return "first"
    if len(done) >= MOST or any(review.reviewer_id == by.pk for review in done) or has_looked(conversation, by=by):
        return "open"
    return "blind"


def has_looked(conversation: Conversation, *, by: User) -> bool:
    """Whether the person chose to look at the marks, or has decided an appeal here."""
    return conversation.steps.filter(kind__in=_LOOKED, by=by).exists()


def blind_among(conversations: Iterable[Conversation], *, by: User) -> set[int]:
    """Of conversations somebody inspects, those whose scores a list keeps from him too: two queries at most."""
    return blind_numbers([one.pk for one in conversations if one.reviewed_at is not None], by=by)


def is_blind(by: User) -> Q:
    """The condition on conversations somebody inspects under which he may still review them blind."""
    done = Review.objects.filter(conversation=OuterRef("pk"))
    looked = ConversationStep.objects.filter(conversation=OuterRef("pk"), kind__in=_LOOKED, by=by)
    own_or_last = done.filter(Q(reviewer=by) | Q(no__gte=MOST))
    return Q(reviewed_at__isnull=False) & ~Exists(own_or_last) & ~Exists(looked)


def blind_numbers(reviewed: Sequence[int], *, by: User) -> set[int]:
    """Of reviewed conversations, those somebody who inspects them may still review blind: two queries at most."""
    if not reviewed:
        return set()
    who: dict[int, list[int]] = defaultdict(list)
    for number, reviewer in Review.objects.filter(conversation__in=reviewed).values_list("conversation", "reviewer"):
        who[number].append(reviewer)
    blind = {number for number, done in who.items() if len(done) < MOST and by.pk not in done}
    looked = ConversationStep.objects.filter(conversation__in=blind, kind__in=_LOOKED, by=by)
    return blind - set(looked.values_list("conversation", flat=True))
