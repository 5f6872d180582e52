"""E-mail addresses, WeChat and QQ names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tingsu.reading.privacy.found import Found

_LOCAL = re.compile(r" ?[a-z0-9._%+\-]{1,64}")
_HOST = re.compile(r" ?[a-z0-9](?:[a-z0-9-]{0,62}\.){1,4}[a-z]{2,10}(?![a-z0-9])")
_AT = re.compile(r"@|[(\[]at[)\]]")
_WECHAT = re.compile(
    r"(?:微信|薇信|威信|v信|v我|加我?v|wechat|weixin|(?<![a-z])(?:vx|wx|wei))(?:账?号码?|id)?[是为叫:“\"'( ]{0,3}"
    r"((?:wxid_)?[a-z][a-z0-9_\-]{5,24})(?![a-z0-9_\-*@.])"
)
_ADD_ME = re.compile(r"加我(?:一下|好友)?[:, ]{0,2}((?=[a-z_]{0,15}[0-9_])[a-z][a-z0-9_\-]{5,24})(?![a-z0-9_\-*@.])")
_PLAIN_WORD = re.compile("[a-z]+")  # 微信android: a word, unless 微信号 or a stop says that it is a name
_NAMED = re.compile(r"(?:号|码|id|:|\(|“|\"|加v|vx|wx)[是为叫:“\"'( ]{0,3}$")
_QQ = re.compile(
    r"(?:qq|扣扣|企鹅|(?<=[加我群])q|(?:^|(?<=[,。;!? \n]))q我?)"
    r"(?:(?:账?号码?|群号?|群:)?[是为: ]{0,3}(?P<near>[1-9][0-9]{4,11})|[\u4e00-\u9fff]{1,6}(?P<far>[1-9][0-9]{6,10}))"
    r"(?![0-9*@])"
)


def find_contacts(text: str, digits: str) -> Iterator[Found]:
    """E-mail, WeChat and QQ in folded ``text``, whose shadow is ``digits``."""
    if "@" in text or "at)" in text or "at]" in text:
        yield from _find_emails(text)
    if "信" in text or "v" in text or "w" in text or "加我" in text:
        yield from _find_wechat(text)
    if "q" in text or "扣" in text or "企鹅" in text:
        yield from (Found("QQ", *match.span(match.lastgroup or 0)) for match in _QQ.finditer(digits))


def _find_emails(text: str) -> Iterator[Found]:
    for at in _AT.finditer(text):
        host = _HOST.match(text, at.end())
        local = _LOCAL.match(text[max(0, at.start() - 65) : at.start()][::-1]) if host else None
        if local and host:
            yield Found("邮箱", at.start() - local.end(), host.end())


def _find_wechat(text: str) -> Iterator[Found]:
    if "加我" in text:
        yield from (Found("微信", *match.span(1)) for match in _ADD_ME.finditer(text))
    for match in _WECHAT.finditer(text):
        if not _PLAIN_WORD.fullmatch(match[1]) or _NAMED.search(text[match.start() : match.start(1)]):
            yield Found("微信", *match.span(1))
