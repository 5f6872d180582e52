"""Names and home addresses, found by the words around them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.resources import files

import yaml

from tingsu.reading.identifiers import Found

_NAMES: dict[str, str] = yaml.safe_load(files("tingsu.reading").joinpath("data", "names.yaml").read_bytes())
_SURNAMES = "".join(_NAMES["surnames"].split())
_DOUBLE = tuple(_NAMES["double_surnames"].split())
_TITLES = "|".join(_NAMES["titles"].split())
_ORDINARY = frozenset(_NAMES["ordinary"].split())
_TITLED = re.compile(
    rf"(?<![\u4e00-\u9fff*])?((?:{'|'.join(_DOUBLE)}|[{_SURNAMES}])[\u4e00-\u9fff]{{0,2}}?)({_TITLES})(?!部|单|机|局|科)"
)
_CALLED = re.compile(
    r"(?:我叫做?|名叫|叫做|姓名(?:是|为)?:?|户名(?:是|为)?:?|投诉人(?:是|为)?:|联系人(?:是|为)?:"
    r"|客户名(?:称|字)?:|申请人(?:是|为)?:|名字(?:是|叫|为)|署名:?|本人姓名:?) ?"
)
_I_AM = re.compile(
    r"(?:我是|本人(?:是)?|我爸(?:爸)?叫?|我妈(?:妈)?叫?|我(?:父亲|母亲|丈夫|妻子|老公|老婆|儿子|女儿)叫?|客户|储户|业主|员工|柜员|经理|行长|主任)"
)
_NAME = re.compile(rf"(?:{'|'.join(_DOUBLE)})[\u4e00-\u9fff]{{1,2}}|[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}")
_NOT_IN_NAME = frozenset(
    "的在是去来到我你他她它于有要和与向因为从用被想说了这那您也都就把给对让叫不没很又还再已会能可得着过吗呢吧啊电手身住联"
)
_ROLES = frozenset(("经理", "柜员", "员工", "行长", "主任"))
_AFTER_ROLE_HOLDER = frozenset("说称让叫给把向在对的")
_HAN = re.compile("[\u4e00-\u9fff]")
_BEFORE_NAME = frozenset("的是由给被在找让叫和与跟向请于说问见为某该长员理责师")
_NOT_BEFORE_SURNAME = frozenset("高金白大总副小老各这那哪几位名个客感理有无保相主民")
_ENDS = re.compile(r"[\s,。;!?:、()\n]|$|身份证|电话|手机|联系|住址|性别|女士|先生|男|女")
_ADDRESS_CUE = re.compile(
    r"(?:家庭住址|居住地址|联系地址|通讯地址|收货地址|家住|住址|地址|我住在?|住在|现住|家在)(?:是|为|:| ){0,2}"
)
_HOUSE = re.compile(
    r"[0-9一二三四五六七八九十百零〇]{1,5}(?:-[0-9]{1,4}){0,3}(?:号楼?|弄|栋|幢|座|单元|室)(?!线|卡|文|柜|窗|机|令|位|员|称|码|召|主|人|名|外|线|专线|店|网|院|工)"
)
_ROOM_NAMED = re.compile(
    r"室|单元|(?:栋|幢|座|楼|弄|号|-)[0-9]{2,4}(?![0-9])|[栋幢座号][0-9一二三四五六七八九十]{1,4}户"
)
_LIVING = re.compile(r"(?:住址|地址|家住|住在|我住|现住|家在|寄到|送到)[是为: ]{0,2}$")
_ROOM = re.compile(r"[0-9]{2,4}(?![0-9年月日元个户人套])")
_ADDRESS_CHARS = re.compile(r"[\u4e00-\u9fff0-9a-z\-#]+")
_STREET = re.compile(r"路|街|道|巷|弄|村|小区|花园|苑|镇|乡|里|新城|公寓|家园|大厦|胡同|庄|组|屯|社区")
_AREA = re.compile(
    r"^(?:[\u4e00-\u9fff]{2,8}?(?:省|自治区|特别行政区))?(?:[\u4e00-\u9fff]{2,7}?(?:市|自治州|盟))?(?:[\u4e00-\u9fff]{1,7}?(?:区|县|旗))?"
)
_OFFICE_NEXT = re.compile(r"^[^,。;!?\n]{0,8}(?:支行|分行|网点|营业|分理处|银行|专柜|柜台|窗口)")
_LEFT_STOP = re.compile(
    r"(?:家庭住址|住址|地址|家住|住在|我住|位于|搬到|寄到|送到|我在|就在|现住|家在|我们|是|为|在|到|至|从|去|的|对|请)"
)
_REACH = 30


def _is_name(name: str) -> bool:
    return name[:2] not in _ORDINARY and name not in _ORDINARY and not any(char in _NOT_IN_NAME for char in name[1:])


def _mask_name(name: str) -> str:
    surname = name[:2] if name.startswith(_DOUBLE) and len(name) > 2 else name[:1]
    return surname + "*" * (len(name) - len(surname)) if len(name) > len(surname) else "*" * len(name)


def _trim_to_name(text: str, start: int, end: int) -> str:
    """The name that ends at ``end``: the longest where a word may begin, else the first surname inside it.

    感谢彭敏主任 is matched from 谢; since 感谢 is a word, 彭敏 is the name. 理解领导同志 holds none.
    """
    name, before = text[start:end], text[start - 1 : start]
    if len(name) == 1:
        return "" if before and before in _NOT_BEFORE_SURNAME else name
    if _is_name(name) and (not before or before in _BEFORE_NAME or not _HAN.match(before)):
        return name
    return next((name[cut:] for cut in range(1, len(name)) if name[cut] in _SURNAMES and _is_name(name[cut:])), "")


def _find_titled(text: str) -> Iterator[Found]:
    for match in _TITLED.finditer(text):
        name = _trim_to_name(text, match.start(1), match.end(1))
        if name:
            yield Found("姓名", match.end(1) - len(name), match.end(1), _mask_name(name))


def _name_after(text: str, start: int, *, strict: bool, role: bool = False) -> Found | None:
    match = _NAME.match(text, start)
    if match is None:
        return None
    name = match[0]
    while len(name) > 1 and (name[-1] in _NOT_IN_NAME or not name[-1].strip()):
        name = name[:-1]
    end = start + len(name)
    if len(name) < 2 or not _is_name(name):
        return None
    if strict and not _ENDS.match(text, end) and not (role and text[end] in _AFTER_ROLE_HOLDER):
        shorter = _ENDS.match(text, end - 1) if len(name) > 2 else None
        if shorter is None:
            return None
        name, end = name[:-1], end - 1
    return Found("姓名", start, end, _mask_name(name))


def _find_introduced(text: str) -> Iterator[Found]:
    for pattern, strict in ((_CALLED, False), (_I_AM, True)):
        for match in pattern.finditer(text):
            found = _name_after(text, match.end(), strict=strict, role=match[0] in _ROLES)
            if found:
                yield found


def _mask_address(address: str) -> str:
    area = _AREA.match(address)
    kept = area[0] if area else ""
    return (kept if len(kept) < len(address) else "") + "****"


def _left_edge(text: str, end: int) -> int:
    """Where an address that ends at a house number begins: at most thirty characters back, after the last cue."""
    backwards = text[max(0, end - _REACH) : end][::-1]
    run = _ADDRESS_CHARS.match(backwards)
    start = end - (run.end() if run else 0)
    stops = list(_LEFT_STOP.finditer(text, start, end))
    return stops[-1].end() if stops else start


def _is_home(text: str, start: int, house: re.Match[str], end: int) -> bool:
    """Someone's home, not the place a complaint is about: a room is named, or a word of living stands before."""
    if not (_STREET.search(text, start, house.start() + 1) or house[0].endswith("弄")) or end - start < 5:
        return False
    if _OFFICE_NEXT.match(text[end : end + 14]):
        return False
    return bool(_ROOM_NAMED.search(text, house.start(), end) or _LIVING.search(text, max(0, start - 6), start))


def _find_addresses(text: str) -> Iterator[Found]:
    done = -1
    for match in _HOUSE.finditer(text):
        if match.start() < done:
            continue
        start, end = _left_edge(text, match.start()), match.end()
        while (more := _HOUSE.match(text, end)) is not None or (more := _ROOM.match(text, end)) is not None:
            end = more.end()
        if _is_home(text, start, match, end):
            done = end
            yield Found("地址", start, end, _mask_address(text[start:end]))


def find_people(text: str) -> list[Found]:
    """Names and addresses in folded ``text``."""
    return [*_find_introduced(text), *_find_titled(text), *_find_addresses(text)]
