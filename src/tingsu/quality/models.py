"""The tables of quality, each kept beside its topic; Django finds them here."""

from tingsu.quality.appeals.tables import ReviewAppeal
from tingsu.quality.coaching.tables import CoachingCard
from tingsu.quality.conversations.tables import CallBack, Conversation, ConversationStep, Handover
from tingsu.quality.reviews.tables import Review
from tingsu.quality.sampling.tables import Drawn, SampleDraw

__all__ = [
    "CallBack",
    "CoachingCard",
    "Conversation",
    "ConversationStep",
    "Drawn",
    "Handover",
    "Review",
    "ReviewAppeal",
    "SampleDraw",
]
