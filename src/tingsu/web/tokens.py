"""A person's own API tokens: made, shown once, revoked."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from tingsu.org.tokens import create_token, revoke_token
from tingsu.web.asking import person_of


@never_cache
def show_tokens(request: HttpRequest) -> HttpResponse:
    """The person's tokens; POST makes one and shows its key this once."""
    by = person_of(request)
    name = request.POST.get("name", "").strip()
    key, wrong = "", ""
    if request.method == "POST":
        if name and len(name) <= 80:
            _token, key = create_token(by, name)
        else:
            wrong = _("请给令牌起个名字，说明给哪个系统用，最多 80 字")
    tokens = list(by.tokens.order_by("revoked_at", "-created_at"))
    context = {"tokens": tokens, "key": key, "wrong": wrong, "name": "" if key else name}
    return render(request, "web/tokens.html", context, status=422 if wrong else 200)


@require_POST
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    """Revoke one of the person's tokens."""
    by = person_of(request)
    if revoke_token(token_id, by=by):
        messages.success(request, _("令牌已停用，用它的系统从现在起不能再访问。"))
    else:
        messages.warning(request, _("这个令牌已经停用，或不是您的。"))
    return redirect("tokens")
