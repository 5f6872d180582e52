"""Why an option is offered, in plain sentences; every number with what it is counted from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tingsu.assist.solutions.money import Amount
from tingsu.assist.solutions.precedents import FEW, Outcomes
from tingsu.assist.solutions.ranking import NOT_VALID, Fit, Wish
from tingsu.packs.schema import Pack


def reasons_for(fit: Fit, wish: Wish, amount: Amount, similar: int, pack: Pack) -> Iterator[str]:
    """Why a remedy is offered: what it answers, how it went before, and where its sum comes from."""
    language = "en" if (get_language() or "").startswith("en") else "zh"
    if fit.meets:
        named = [pack.name_of("demand", demand, language) for demand in fit.meets]
        yield _("客户提出“%(demands)s”，正好对应。") % {"demands": _join(named)}
    if fit.need:
        yield _("客户的心理是%(need)s，这样做对得上。") % {"need": pack.name_of("need", wish.need, language)}
    if fit.cause and not fit.meets:
        yield _("原因属“%(cause)s”，这种方式对得上。") % {"cause": pack.name_of("cause", wish.cause, language)}
    if not (fit.meets or fit.need or fit.cause):
        yield _("与客户的诉求不直接对应，作为备选。")
    yield from _outcome(fit.outcomes, similar)
    yield from _amount(amount, fit.outcomes)


def nothing_reasons(wish: Wish, outcomes: Outcomes, similar: int) -> Iterator[str]:
    """Why giving nothing is an option, and when it is not a good one."""
    if wish.verdict == NOT_VALID:
        yield _("认定为不成立：以委婉的方式答复，取得谅解，消除误会。")
    elif wish.verdict:
        yield _("已认定我方有不当之处，一般不宜只作解释；客户只求说法时可用。")
    else:
        yield _("查清之后如不成立，用这一种。")
    yield from _outcome(outcomes, similar, nothing=True)


def yuan(amount: Decimal) -> str:
    """Yuan with separators, the cents only where there are some."""
    return f"{amount:,.0f}" if amount == amount.to_integral() else f"{amount:,.2f}"


def _outcome(outcomes: Outcomes, similar: int, *, nothing: bool = False) -> Iterator[str]:
    """How similar cases ended that were treated so; no figure where they are few."""
    if similar < FEW:
        return
    if not outcomes.given:
        yield _("相似的 %(n)d 件中没有这样处理的。") % {"n": similar}
        return
    told = {"n": similar, "given": outcomes.given, "again": outcomes.reopened}
    first = (
        _("相似的 %(n)d 件中 %(given)d 件没有补救、只作了解释")
        if nothing
        else _("相似的 %(n)d 件中 %(given)d 件这样处理")
    )
    yield first % told + _("，") + _content(outcomes) + _("，%(again)d 件后来重新办理。") % told


def _content(outcomes: Outcomes) -> str:
    if not outcomes.said:
        return _("都没有留下满意度")
    told = {"said": outcomes.said, "content": outcomes.content}
    return _("有满意度的 %(said)d 件里 %(content)d 件满意或认可") % told


def _amount(amount: Amount, outcomes: Outcomes) -> Iterator[str]:
    """Where the sum comes from."""
    if amount.basis == "precedent" and outcomes.typical is not None:
        told = {"n": outcomes.paid, "yuan": yuan(outcomes.typical)}
        yield _("金额取其中给了钱且办妥的 %(n)d 件的中位数 %(yuan)s 元。") % told
    elif amount.basis == "asked" and amount.asked is not None:
        yield _("客户提出 %(yuan)s 元，以查明的金额为准。") % {"yuan": yuan(amount.asked)}
    elif amount.basis == "unasked":
        yield _("客户没有说金额，请按查明的金额填写。")
    elif amount.basis == "unknown":
        yield _("给过钱且办妥的相似工单不足 %(few)d 件，不给数字，请按查明的损失填写。") % {"few": FEW}
    if amount.cut and amount.value is not None:
        yield _("已压到授权表的最高限额 %(yuan)s 元。") % {"yuan": yuan(amount.value)}


def _join(words: Sequence[str]) -> str:
    return _("、").join(words)
