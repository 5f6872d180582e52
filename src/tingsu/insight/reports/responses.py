"""What became of a complaint, in the five categories of the CFPB's public reports, by a mapping stated here.

In this order, the first that holds: Untimely: answered after the lawful end. In progress: neither answered nor ended.
Closed with monetary relief: something was paid. Closed with non-monetary relief: wholly or partly founded, nothing
paid. Closed with explanation: everything else that was answered or ended (withdrawn ones among it). Whether an
unanswered complaint is late is not in the facts: it counts as in progress until it is answered.
"""

from __future__ import annotations

from typing import Any

import ibis
from django.utils.translation import gettext_lazy as _

UNTIMELY, IN_PROGRESS, MONETARY, NON_MONETARY, EXPLANATION = (
    "untimely", "in_progress", "monetary", "non_monetary", "explanation",
)  # fmt: skip
# As the CFPB publishes them.
ENGLISH = {
    IN_PROGRESS: "In progress",
    EXPLANATION: "Closed with explanation",
    MONETARY: "Closed with monetary relief",
    NON_MONETARY: "Closed with non-monetary relief",
    UNTIMELY: "Untimely response",
}
NAMES = {
    IN_PROGRESS: _("处理中"),
    EXPLANATION: _("以说明办结"),
    MONETARY: _("以金钱补偿办结"),
    NON_MONETARY: _("以非金钱方式补救办结"),
    UNTIMELY: _("超期答复"),
}
MEANS = {
    IN_PROGRESS: _("尚未答复，也未撤回"),
    EXPLANATION: _("已答复或已撤回，未认定成立，未付款"),
    MONETARY: _("按期答复，付了款（退款、赔偿、补偿）"),
    NON_MONETARY: _("按期答复，认定成立或部分成立，未付款"),
    UNTIMELY: _("在法定期限之后才答复，无论结果"),
}


def response_of(facts: Any) -> Any:
    """The category of each complaint, as an Ibis column."""
    return ibis.cases(
        (facts.answered_late.fill_null(False), UNTIMELY),
        (facts.answered_at.isnull() & (facts.ended == ""), IN_PROGRESS),
        (facts.paid.fill_null(0.0) > 0, MONETARY),
        (facts.verdict.isin(["valid", "partly"]), NON_MONETARY),
        else_=EXPLANATION,
    )


def count_responses(facts: Any) -> Any:
    """(response, n)."""
    told = facts.mutate(response=response_of(facts))
    return told.group_by("response").aggregate(n=ibis._.count())
