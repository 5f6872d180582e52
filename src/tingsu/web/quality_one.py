"""质检: one conversation, its turns beside the points, and what may be done with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tingsu.base.clock import read_day
from tingsu.base.errors import TingsuError
from tingsu.cases.errors import Incomplete
from tingsu.org.models import User
from tingsu.quality.appeals.verbs import appeal_review, decide_review_appeal
from tingsu.quality.conversations.latent import (
    Complainant,
    find_call,
    finish_call,
    name_agent,
    plan_call,
    register_complaint,
    set_aside,
    tie_to_case,
)
from tingsu.quality.conversations.revealing import reveal_turns
from tingsu.quality.conversations.tables import Conversation
from tingsu.quality.reviews.verbs import Mark, look_at_marks, review_conversation
from tingsu.quality.seeing import find_conversation
from tingsu.web.asking import person_of
from tingsu.web.quality_frame import quality_frame, read_number, read_version
from tingsu.web.quality_one_view import show_whole
from tingsu.web.refusals import status_of


def show_conversation(request: HttpRequest, number: int) -> HttpResponse:
    """The page of a conversation; POST does what ``do`` names. Raises ConversationNotFound."""
    by = person_of(request)
    conversation = find_conversation(number, by=by)
    wrong: dict[str, str] = {}
    plain: list[str] | None = None
    said, status = "", 200
    if request.method == "POST":
        try:
            if request.POST.get("do") == "reveal":
                plain = reveal_turns(conversation, by=by, reason=request.POST.get("reason", ""))
            else:
                told, stays = _do(request, conversation, by)
                messages.success(request, told)
                return redirect("quality-conversation", number=number) if stays else redirect("quality-mine")
        except TingsuError as error:
            wrong = error.fields if isinstance(error, Incomplete) else {}
            said, status = error.message, status_of(error)
        conversation = find_conversation(number, by=by)
    shown = show_whole(conversation, by=by, plain=plain, typed=request.POST, wrong=wrong)
    context = {"frame": quality_frame(request, here=_here(shown)), "wrong": wrong, "said": said, **shown}
    response = render(request, "web/quality/conversation.html", context, status=status)
    if plain is not None:
        response["Cache-Control"] = "no-store"
    return response


def _here(shown: Mapping[str, Any]) -> str:
    return "quality-mine" if shown["stance"] in ("own", "caller") else "quality-conversations"


def _do(request: HttpRequest, conversation: Conversation, by: User) -> tuple[str, bool]:
    """What is told, and whether the person can still see the conversation."""
    doing = _DOINGS.get(request.POST.get("do", ""))
    if doing is None:
        raise Http404
    return doing(request, conversation, by), request.POST.get("do") != "called"


def _review(request: HttpRequest, conversation: Conversation, by: User) -> str:
    posted = request.POST
    marks = {
        point: Mark(str(posted[f"mark_{point}"]), posted.get(f"reason_{point}", ""))
        for point in (name.removeprefix("mark_") for name in posted if name.startswith("mark_"))
    }
    made = review_conversation(conversation, marks, by=by, version=read_version(request), note=posted.get("note", ""))
    if made.no == 1:
        told = conversation.agent is not None and conversation.agent.is_active
        return _("复核已提交，已通知经办人。") if told else _("复核已提交。没有登记在岗的经办人，未发通知。")
    return _("独立复核已提交，下面可以看到与另一位复核人的异同。")


def _look(request: HttpRequest, conversation: Conversation, by: User) -> str:
    look_at_marks(conversation, by=by)
    return _("已显示评分。您不能再对这段对话作独立复核。")


def _appeal(request: HttpRequest, conversation: Conversation, by: User) -> str:
    points = request.POST.getlist("points")
    appeal_review(conversation, points, request.POST.get("words", ""), by=by, version=read_version(request))
    return _("申诉已提交，将由没有参与复核的质检人员裁定。")


def _decide(request: HttpRequest, conversation: Conversation, by: User) -> str:
    posted = request.POST
    changes = {n.removeprefix("new_"): str(posted[n]) for n in posted if n.startswith("new_") and posted[n]}
    decided = decide_review_appeal(
        conversation, changes, posted.get("reason", ""), by=by, version=read_version(request)
    )
    return _("申诉已裁定：变更评定，已通知经办人。") if decided.changes else _("申诉已裁定：维持原评定，已通知经办人。")


def _register(request: HttpRequest, conversation: Conversation, by: User) -> str:
    posted = request.POST
    customer = Complainant(posted.get("customer_name", "").strip(), posted.get("customer_phone", "").strip())
    case = register_complaint(
        conversation, channel=posted.get("channel", ""), customer=customer, by=by, version=read_version(request)
    )
    return _("已登记为投诉工单 %s。") % case.number


def _call(request: HttpRequest, conversation: Conversation, by: User) -> str:
    posted = request.POST
    owner, due = _person(posted.get("owner", "")), read_day(posted.get("due", ""))
    missing = {} if owner else {"owner": _("请选择由谁回访")}
    if due is None:
        missing["due"] = _("请填写回访日期")
    if owner is None or due is None:
        raise Incomplete(missing)
    plan_call(conversation, owner, due, posted.get("note", ""), by=by, version=read_version(request))
    return _("已安排%s回访，已通知。") % owner


def _called(request: HttpRequest, conversation: Conversation, by: User) -> str:
    posted = request.POST
    call = find_call(read_number(posted.get("call", "")) or 0, by=by)
    finish_call(call, posted.get("result", ""), posted.get("said", ""), by=by)
    return _("回访结果已登记。")


def _aside(request: HttpRequest, conversation: Conversation, by: User) -> str:
    set_aside(conversation, request.POST.get("reason", ""), by=by, version=read_version(request))
    return _("已记为不用处理。")


def _tie(request: HttpRequest, conversation: Conversation, by: User) -> str:
    tie_to_case(conversation, request.POST.get("case", ""), by=by, version=read_version(request))
    return _("所属工单已更新。")


def _name(request: HttpRequest, conversation: Conversation, by: User) -> str:
    agent = _person(request.POST.get("agent", ""))
    if agent is None:
        raise Incomplete({"agent": _("请选择经办人")})
    name_agent(conversation, agent, by=by, version=read_version(request))
    return _("经办人已登记为%s。") % agent


def _person(username: str) -> User | None:
    return User.objects.select_related("unit").filter(username=username.strip().split(" ")[0], is_active=True).first()


_DOINGS: dict[str, Callable[[HttpRequest, Conversation, User], str]] = {
    "review": _review, "look": _look, "appeal": _appeal, "decide": _decide, "register": _register, "call": _call,
    "called": _called, "aside": _aside, "tie": _tie, "name": _name,
}  # fmt: skip
