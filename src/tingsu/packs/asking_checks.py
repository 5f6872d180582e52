"""What must hold of the questions asked while recording."""

from __future__ import annotations

from collections.abc import Iterator

from tingsu.packs.held import COMMON_FIELDS
from tingsu.packs.schema import Pack

Location = tuple[str | int, ...]
Mistake = tuple[Location, str]


def asking_mistakes(pack: Pack) -> Iterator[Mistake]:
    """Every question said twice, that nothing could ever tick off, or that looks at a field nobody fills."""
    known = COMMON_FIELDS | {field.id for field in pack.intake}
    ids = [question.id for question in pack.asking.questions]
    for index, question in enumerate(pack.asking.questions):
        at: Location = ("asking", "questions", index)
        if question.id in ids[:index]:
            yield (*at, "id"), f"「{question.id}」重名"
        if not (question.told_by or question.words or question.fields):
            yield at, "没有写凭什么算已经问到：told_by、words、fields 至少写一项"
        for number, name in enumerate(question.fields):
            if name not in known:
                yield (*at, "fields", number), f"登记时没有栏目「{name}」"
        for number, word in enumerate(question.words):
            if not word.strip():
                yield (*at, "words", number), "空的词什么文字里都有"
