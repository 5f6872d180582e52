"""An effect in plain words: whether the measure worked, or why that cannot be said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from tingsu.insight.effects.estimate import Effect
from tingsu.insight.measures.tables import Measure

DOUBTFUL = "interval_holds_zero"


def read_effect(kept: Mapping[str, Any]) -> Effect:
    """A recorded effect as it was worked out."""
    return Effect(**kept)


def current_effect(measure: Measure) -> Effect | None:
    """The latest recorded effect since the measure began, or began anew; None: not looked at since."""
    kept = [check.effect for check in measure.checks.all() if check.started_on == measure.started_on]
    return read_effect(kept[-1]) if kept else None


def say_effect(effect: Effect) -> str:
    """「有效：投诉比对照机构少 32%（95% 区间 18%–44%）」, or the like, in one sentence."""
    if effect.verdict == "worked":
        return _("有效：投诉比对照机构少 %(middle)s（95%% 区间 %(span)s）") % _shares(effect, -1)
    if effect.verdict == "worse":
        return _("变差：投诉比对照机构多 %(middle)s（95%% 区间 %(span)s）") % _shares(effect, 1)
    return _("看不出效果")


def say_why(effect: Effect) -> str:
    """What the verdict rests on, or what stands in the way, with its base."""
    base = _("整改机构 %(units)d 个、对照机构 %(controls)d 个，前 %(before)d 周、后 %(after)d 周") % {
        "units": effect.n_units, "controls": effect.n_controls, "before": effect.weeks_before,
        "after": effect.weeks_after,
    }  # fmt: skip
    if effect.why == "shown":
        counts = _("整改后来了 %(after)d 件；如果没有整改，约会来 %(expected)d 件") % {
            "after": effect.after, "expected": round(effect.expected or 0),
        }  # fmt: skip
        return _("%(counts)s（%(base)s）。") % {"counts": counts, "base": base}
    if effect.why == DOUBTFUL:
        return _(
            "变化在对照机构自己也会有的起伏之内：估计为 %(middle)s，95%% 区间从 %(low)s 到 %(high)s（%(base)s）。"
        ) % {
            "middle": _signed(effect.change_pct), "low": _signed(effect.low), "high": _signed(effect.high),
            "base": base,
        }  # fmt: skip
    return _REASONS[effect.why](effect) + _("（%s）") % base


def say_briefly_why(effect: Effect) -> str:
    """Why no effect is shown, in a few words; nothing where one is."""
    return _BRIEFLY[effect.why]() if effect.why in _BRIEFLY else ""


def _shares(effect: Effect, sign: int) -> dict[str, str]:
    """Percentages as people say them: the change, and the interval from the smaller to the larger."""
    assert effect.change_pct is not None and effect.low is not None and effect.high is not None
    small, large = sorted((sign * effect.low, sign * effect.high))
    return {"middle": _percent(sign * effect.change_pct), "span": f"{_percent(small)}–{_percent(large)}"}


def _percent(value: float) -> str:
    return f"{value:.0f}%" if value < 1000 else _("十倍以上")


def _signed(value: float | None) -> str:
    return "—" if value is None else f"{value:+.0f}%" if value < 1000 else _("十倍以上")


def _alone(effect: Effect) -> str:
    return _(
        "没有可比的对照机构。只看前后，忙闲季节、外部事件都会被当成整改的作用：模拟中没有作用的措施有三分之一会被误判。"
        "整改前 %(before)d 件、后 %(after)d 件，仅供了解"
    ) % {"before": effect.before, "after": effect.after}


_REASONS: dict[str, Callable[[Effect], str]] = {
    "no_controls": _alone,
    "few_controls": lambda effect: _("可比的对照机构不足 3 个，看不出机构之间平常会差多少"),
    "short_before": lambda effect: _("整改前的记录不足 8 个整周，不知道平常有多少"),
    "short_after": lambda effect: _("整改后还不足 4 个整周，过些时候再评估"),
    "few_complaints": lambda effect: _("前后加起来不足 8 件，件数太少，说不准"),
    "no_units": lambda effect: _("没有选定实施整改的机构"),
    "pre_trend": lambda effect: _(
        "整改之前，这些机构与对照机构就已经在朝同一方向拉开，之后的变化不能算作整改的作用"
    ),
    "gone_silent": lambda effect: _(
        "整改机构之后什么投诉都没有了，可能已合并、停业或者停止登记，不能算作整改的作用"
    ),
}  # fmt: skip
_BRIEFLY: dict[str, Callable[[], str]] = {
    DOUBTFUL: lambda: _("变化在平常起伏之内"),
    "no_controls": lambda: _("没有可比的机构"),
    "few_controls": lambda: _("可比的机构太少"),
    "short_before": lambda: _("整改前的记录太短"),
    "short_after": lambda: _("整改后的时间太短"),
    "few_complaints": lambda: _("件数太少"),
    "no_units": lambda: _("没有选定机构"),
    "pre_trend": lambda: _("整改前就已在变"),
    "gone_silent": lambda: _("机构后来没有任何投诉"),
}
LEFT_OUT: dict[str, Callable[[], str]] = {
    "own_measure": lambda: _("自己也在整改同一问题"),
    "silent": lambda: _("后来没有任何投诉，可能已停业"),
    "no_history": lambda: _("整改前没有任何投诉，可能是新开业"),
}
