"""An explanation in sentences a manager can act on; each says its base, and what is not known is said too."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from tingsu.insight.causes.chance import ALPHA
from tingsu.insight.causes.compare import Difference
from tingsu.insight.causes.explain import FEWEST, NAMELESS, Explanation, Part

UNEVEN = 1.5  # times Poisson's variance, from which on it is told
TOLD = 3  # single values named where no part is sure
Name = Callable[[Mapping[str, str]], str]


@dataclass(frozen=True, slots=True)
class Wording:
    """How the other side is called and how a difference from it is said; each verb holds one number."""

    usual: str
    more: str
    less: str
    times: str


def over_time(usual: str = "") -> Wording:
    """Of one unit at two times; ``usual`` as in 「上期约」."""
    return Wording(usual or _("平常约"), _("增加 %(n)s%%"), _("减少 %(n)s%%"), _("是原来的 %(n)s 倍"))


def between_units() -> Wording:
    """Of two units."""
    return Wording(_("按对比机构的水平约"), _("多 %(n)s%%"), _("少 %(n)s%%"), _("是其 %(n)s 倍"))


def headline(told: Explanation, *, wording: Wording | None = None) -> str:
    """How much the whole changed: 「投诉 140 件，上期约 100 件：增加 40%（…）。」"""
    words = wording or over_time()
    if not told.total_now and not told.total_before:
        return _("两边都没有投诉。")
    counts = _("投诉 %(now)d 件，%(usual)s %(before)s 件") % {
        "now": told.total_now,
        "usual": words.usual,
        "before": number(told.total_before),
    }
    if not told.sure:
        return _("%(counts)s：相差在平常的起伏之内。") % {"counts": counts}
    if told.ratio is None:
        return _("%(counts)s：以前没有。") % {"counts": counts}
    return _("%(counts)s：%(change)s（相差件数的 95%% 区间 %(low)s 到 %(high)s）。") % {
        "counts": counts,
        "change": changed(told.ratio, words),
        "low": signed(told.low),
        "high": signed(told.high),
    }


def part_sentence(told: Explanation, part: Part, name: Name, *, wording: Wording | None = None) -> str:
    """One part: how much of the change it makes up, its counts and how sure."""
    counts = _("%(now)d 件，%(usual)s %(before)s 件，相差 %(change)s（95%% 区间 %(low)s 到 %(high)s）") % {
        "now": part.now,
        "usual": (wording or over_time()).usual,
        "before": number(part.before),
        "change": signed(part.change),
        "low": signed(part.low),
        "high": signed(part.high),
    }
    words = _opening(told, part) % {"name": name(part.where), "share": share_words(part), "counts": counts}
    if part.now_all != part.now:
        words += _("；已除去上面说过的 %(n)d 件") % {"n": part.now_all - part.now}
    return words + _("。")


def _opening(told: Explanation, part: Part) -> str:
    along = part.change * told.change > 0
    share = part.share_of_change
    if told.sure and along and share is not None and share <= 1:
        return _("其中 %(share)s 来自「%(name)s」：%(counts)s")
    if told.sure and along:
        return _("「%(name)s」一处的变化比全部还大，别处有所抵消：%(counts)s")
    return _("「%(name)s」偏多：%(counts)s") if part.change > 0 else _("「%(name)s」偏少：%(counts)s")


def rest_sentence(told: Explanation, *, wording: Wording | None = None) -> str:
    """What is left: a general change, usual ups and downs, or that nothing stands out."""
    words = wording or over_time()
    if not told.total_now and not told.total_before:
        return ""
    if told.general and not told.parts and told.uneven >= UNEVEN:
        return _("看不出集中在哪里：各处变化大小不一，件数的起伏又大，没有一处能单独认定。")
    if told.general and told.rest.before > 0:
        general = _("看不出集中在哪里：各处普遍%(change)s。")
        if told.parts:
            general = _("其余 %(now)d 件普遍%(change)s，不集中在哪一处。")
        return general % {"now": told.rest.now, "change": changed(told.rest.now / told.rest.before, words)}
    if not told.parts:
        return _("看不出集中在哪里：没有一处的变化超出偶然。")
    return _("其余 %(now)d 件，%(usual)s %(before)s 件，没有一处超出偶然。") % {
        "now": told.rest.now,
        "usual": words.usual,
        "before": number(told.rest.before),
    }


def largest_sentence(
    told: Explanation, differences: Sequence[Difference], name: Name, *, scale: float, wording: Wording | None = None
) -> str:
    """Where to look first although no part is sure: the single values that differ most.

    ``scale``: what one complaint of the other side is worth; its counts are said at that. "" where a part was found, or
    nothing differs by more than a few cases.
    """
    apart = {one: abs(one.a - one.b * scale) for one in differences if one.value not in NAMELESS}
    shown = [one for one in sorted(apart, key=lambda one: -apart[one]) if apart[one] >= FEWEST][:TOLD]
    if told.parts or not shown:
        return ""
    each, usual = _("%(name)s（%(now)d 件，%(usual)s %(before)s 件）"), (wording or over_time()).usual
    listed = _("、").join(
        each % {"name": name({one.dimension: one.value}), "now": one.a, "usual": usual, "before": number(one.b * scale)}
        for one in shown
    )
    words = _("单项里相差最大的是%(listed)s。各处件数的起伏都大，还不足以认定是原因，可以先从这几处看起。")
    return words % {"listed": listed}


def base_sentence(told: Explanation) -> str:
    """What was looked at, and how doubtful the answer is."""
    words = _("看过 %(tried)d 种件数够得上判断的组合；列出的各处若全是碰巧，可能不超过 %(alpha)d%%。")
    said = words % {"tried": told.tried, "alpha": round(100 * ALPHA)}
    if told.uneven >= UNEVEN:
        said += _("各处件数的起伏是纯属偶然时的 %(times)s 倍，已按此放宽。") % {"times": f"{told.uneven:.1f}"}
    return said


def sentences(told: Explanation, name: Name, *, wording: Wording | None = None) -> list[str]:
    """The whole answer, most important first."""
    parts = [part_sentence(told, part, name, wording=wording) for part in told.parts]
    said = (headline(told, wording=wording), *parts, rest_sentence(told, wording=wording))
    return [words for words in said if words]


def changed(ratio: float, wording: Wording) -> str:
    """「增加 40%」「减少 25%」「是原来的 3.2 倍」."""
    if ratio >= 2:
        return wording.times % {"n": f"{ratio:.1f}"}
    said = wording.more if ratio >= 1 else wording.less
    return said % {"n": round(100 * abs(ratio - 1))}


def share_words(part: Part) -> str:
    """「72%」; "" where there is no change to share."""
    return "" if part.share_of_change is None else f"{round(100 * part.share_of_change)}%"


def signed(value: float) -> str:
    """「+12」「−3.5」."""
    return f"{'−' if value < 0 else '+'}{number(abs(value))}"


def number(value: float) -> str:
    """A count that may be a fraction: whole from ten on, one decimal below."""
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.1f}"
