"""Kept reasons told in the language of whoever reads them. They are kept in Chinese, as the engine gave them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from django.utils.translation import get_language, gettext, gettext_noop

from tingsu.packs.scorecards import CardPoint, ScoreCard
from tingsu.packs.wording import Text

# Every reason the engine gives of a point; a test holds this list against the engine.
REASONS = (
    gettext_noop("没有坐席说的话"),
    gettext_noop("没有客户说的话"),
    gettext_noop("对话没有开头"),
    gettext_noop("只有一句话，看不出结束"),
    gettext_noop("客户没有表示不满，不要求这一项"),
    gettext_noop("客户没有说出不顺的事，不要求这一项"),
    gettext_noop("客户没有提出要办的事"),
    gettext_noop("客户没有问原因，也没有说出不顺的事"),
    gettext_noop("没有留下要后续办的事"),
    gettext_noop("只是一个能当场答的问题，不要求复述"),
    gettext_noop("坐席说了"),
    gettext_noop("坐席到这里也没有说：{what}"),
    gettext_noop("坐席直接回答了"),
    gettext_noop("回绝了 {n} 次，最后没有给出别的办法，客户只好作罢"),
    gettext_noop("坐席作了回应"),
    gettext_noop("只在客户说出不满之前说过，之后没有再回应"),
    gettext_noop("客户说了这些，坐席没有回应：{what}"),
    gettext_noop("坐席复述或核对了客户的意思"),
    gettext_noop("坐席用客户的话反问确认"),
    gettext_noop("客户说了这些，坐席没有复述确认：{what}"),
    gettext_noop("说了办什么，也说了时间：“{words}”"),
    gettext_noop("只说了会办，没有说什么时候办好"),
    gettext_noop("还有事没了结，坐席没有说后续办什么、什么时候：{what}"),
    gettext_noop("坐席的 {n} 句话都看过，没有发现"),
    gettext_noop("{rule}。可以说：{better}"),
    gettext_noop("客户只说了一句，看不出有没有听"),
    gettext_noop("客户说自己的话没有被听进去"),
    gettext_noop("客户还没说完，早了 {seconds:.1f} 秒插话"),
    gettext_noop("客户的话说到一半被接走，下一句又接着说"),
    gettext_noop("坐席说过话之后，客户又把同样的问题问了一遍"),
    gettext_noop("坐席说过话之后，客户又把同样的话说了一遍"),
    gettext_noop("{n} 句客户的话都说完了，没有打断，也没有让客户重说"),
    gettext_noop("没有能量出应答的时间"),
    gettext_noop("{n} 次应答，{good} 次不到 {limit:g} 秒；最慢的等了 {slow:.1f} 秒"),
    gettext_noop("没有起止时间，或说得太少，量不出语速"),
    gettext_noop("每分钟 {speed:.0f} 字，要求 {low:g}–{high:g} 字；这一句最快"),
    gettext_noop("没有起止时间，量不出停顿"),
    gettext_noop("最长停顿 {seconds:.1f} 秒，超过限度的有 {n} 次"),
)
COUNTED = gettext_noop("{why}（共 {n} 处）")
TOLD_SIGN = gettext_noop("{name}（第 {turn} 轮“{words}”）")
_PLACE = re.compile(r"\{(\w+)(?::[^}]*)?\}")


def retell(why: str, point: CardPoint | None = None) -> str:
    """A kept reason of a point in the reader's language; as it was kept where it is not known.

    ``point`` is the card's: its advice, which many reasons end with, is told in that language too.
    """
    if _is_chinese():
        return why
    if counted := _matched(COUNTED, why):
        return _filled(COUNTED, {**counted, "why": retell(counted["why"], point)})
    advice = _advice(point)
    for reason in REASONS:
        if (values := _matched(reason, why)) is not None:
            return _filled(reason, {name: advice.get(value, value) for name, value in values.items()})
    return advice.get(why, why)


def retell_sign(told: str, card: ScoreCard) -> str:
    """A kept reason of a risk in the reader's language; as it was kept where the card does not know it."""
    if _is_chinese():
        return told
    names = {sign.name.zh: _in_language(sign.name) for sign in card.signs}
    values = _matched(TOLD_SIGN, told)
    if values is None:
        return names.get(told, told)
    return _filled(TOLD_SIGN, {**values, "name": names.get(values["name"], values["name"])})


def _is_chinese() -> bool:
    return (get_language() or "zh").startswith("zh")


def _in_language(text: Text) -> str:
    return text.in_language(get_language() or "zh")


def _advice(point: CardPoint | None) -> dict[str, str]:
    return {point.better.zh: _in_language(point.better)} if point else {}


def _matched(reason: str, why: str) -> dict[str, str] | None:
    match = _expression(reason).fullmatch(why)
    return match.groupdict() if match else None


@cache
def _expression(reason: str) -> re.Pattern[str]:
    parts = _PLACE.split(reason)  # text, name, text, name, …
    return re.compile("".join(f"(?P<{part}>.+)" if at % 2 else re.escape(part) for at, part in enumerate(parts)), re.S)


def _filled(reason: str, values: Mapping[str, str]) -> str:
    """The reason in the reader's language with values that are already written out."""
    return _PLACE.sub(lambda place: values.get(place[1], ""), gettext(reason))
