"""Home addresses: a street or an estate, a house, and a room or a word of living.

The building a complaint is about stays readable; so does the branch at 中山路88号.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tingsu.reading.privacy.found import Found

ADDRESS = "地址"
_COUNT = r"(?:[a-z]?[0-9]{1,5}[a-z]?|[一二三四五六七八九十百零〇]{1,5})"
_HOUSE = re.compile(
    rf"{_COUNT}(?:-[0-9]{{1,4}}){{0,3}} ?(?:号院|号楼|号|支弄|弄|栋|幢|座|单元|室|门|排|斋|舍)"
    r"(?!线|卡|文|柜|窗|机|令|位|员|称|码|召|主|名|外|专线|店|网|工|头|口诊|诊|面|槛|禁|铃|卫|户)"
)
# Nearly every text without a home is let go here.
_HINT = re.compile("[0-9a-z一二三四五六七八九十百零〇] ?[号弄栋幢座单室门排斋舍组队社-]")
_ESTATE = (
    "(?:小区|花园|花苑|苑|公寓|家园|新村|大厦|广场|城|府|园|里|湾|庭|轩|阁|居|大院|院|宿舍|坊|寓|港|墅|邸|期|社区"
    "|楼|村|庄|栋|幢|座|号)"
)
_DASHED = re.compile(rf"{_ESTATE}([0-9]{{1,3}}(?:-[0-9]{{1,4}}){{1,3}})(?![0-9\-:])")
_VILLAGE = re.compile("(?:村|庄|屯|寨|湾|社区)第?[0-9一二三四五六七八九十]{1,3}(?:组|队|社)")
_MORE = re.compile(
    rf"[ ,]?(?:[\u4e00-\u9fff]{{2,10}}?{_ESTATE})??"
    rf"(?:{_HOUSE.pattern}|[a-z](?:栋|幢|座|区|单元)|{_COUNT}(?:期|层|楼|组|队|支弄)(?!人|里))"
)
_ROOM = re.compile(
    r"[a-z]?[0-9]{2,4}(?![0-9年月日元个户人套块.%])|(?:-[0-9]{1,4}){1,2}(?![0-9])"
    r"|[一二三四五六七八九零〇]{3,4}(?![十百千万元年月日个])"
)
_ROOM_NAMED = re.compile(
    r"室|单元|(?:栋|幢|座|楼|弄|号|门|院|舍|-)[0-9]{2,4}(?![0-9])"
    r"|[栋幢座号弄楼院][0-9一二三四五六七八九十]{1,4}[号室栋幢门]|(?:栋|幢|座|楼)[一二三四五六七八九零〇]{3,4}"
)
_LIVING = re.compile(
    r"(?:[住地]址|家在|居住于|寄到|寄至|寄往|送到|邮寄到|户籍|老家|籍贯|住)[是为在: ]{0,2}"
    r"(?:[\u4e00-\u9fff]{2,9}[省市县区]){0,3}$"
)
_STREET = re.compile("[路街道巷弄村苑镇乡里庄组屯坊城府园湾寨港期]|小区|公寓|大厦|胡同|社区|宿舍|大院|广场")
_AREA = re.compile(
    r"^(?:[\u4e00-\u9fff]{2,8}?(?:省|自治区|特别行政区))?(?:[\u4e00-\u9fff]{2,7}?(?:市|自治州|盟))?"
    r"(?:[\u4e00-\u9fff]{1,7}?(?:区|县|旗))?"
)
_NOT_AREA = re.compile("(?:小区|社区|园区|[a-z0-9]区)$")
_CHARS = re.compile(r"[\u4e00-\u9fff0-9a-z\-#]{1,34}")
_OFFICE_NEXT = re.compile(r"[^,。;!?\n]{0,8}?(?:支行|分行|网点|营业|分理处|银行|专柜|柜台|窗口)")
_OFFICE_BEFORE = re.compile("(?:支行|分行|网点|门店|营业部|公司|银行|单位|中心|委员会|法院|机构)[^。;!?\n]{0,8}$")
_LEFT_STOP = re.compile(
    r"(?:[住地]址|家住|住在|位于|搬到|寄[到至往]|送到|错到|户籍|籍贯|老家|我们|一下|现住|家在|居住[于在]?|投诉|举报|来自|反映"
    r"|过程中|以及|住(?!宅|院|房|户)|[我你她他将把被让是为在到至从去的对请啊吧呢了])"
)
_REACH = 34  # characters an address has at most before its house
_PARTS = 8  # houses, blocks, entrances and rooms it has at most after the first


def find_addresses(text: str) -> Iterator[Found]:
    """Home addresses in folded ``text``."""
    if _HINT.search(text) is None:
        return
    done = 0
    for match in _HOUSE.finditer(text):
        if match.start() >= done:
            left, done = _left_edge(text, match.start(), done), _right_edge(text, match.end())
            if _is_home(text, left, match.start(), done):
                yield Found(ADDRESS, left, done)
    for match in _DASHED.finditer(text):
        left, right = _left_edge(text, match.start(1), 0), _right_edge(text, match.end())
        if _is_home(text, left, match.start(1), right):
            yield Found(ADDRESS, left, right)
    done = 0
    for match in _VILLAGE.finditer(text):
        if match.start() >= done:
            left, done = _left_edge(text, match.end(), done), _right_edge(text, match.end())
            if _is_village_home(text, left, match, done):
                yield Found(ADDRESS, left, done)


def mask_address(address: str) -> str:
    """The province, city and district, and nothing below."""
    area = _AREA.match(address)
    kept = area[0] if area and not _NOT_AREA.search(area[0]) else ""
    return (kept if len(kept) < len(address) else "") + "****"


def _is_home(text: str, left: int, house: int, right: int) -> bool:
    """A street or an estate before the house, and a room in it or a word of living before it all."""
    if right - left < 5 or not _STREET.search(text, left, min(house + 6, right)):
        return False
    if _OFFICE_NEXT.match(text, right, right + 14):
        return False
    if _ROOM_NAMED.search(text, house, right):
        return True
    living = _LIVING.search(text, max(0, left - 12), left)
    return living is not None and not _OFFICE_BEFORE.search(text, max(0, living.start() - 14), living.start())


def _is_village_home(text: str, left: int, village: re.Match[str], right: int) -> bool:
    """A group of a village is small enough to be a home where a town, a house or a word of living stands with it."""
    if right - left < 5 or _OFFICE_NEXT.match(text, right, right + 14):
        return False
    named = right > village.end() or "镇" in text[left:right] or "乡" in text[left:right]
    return named or bool(_LIVING.search(text, max(0, left - 12), left))


def _left_edge(text: str, end: int, done: int) -> int:
    """Where an address that ends at a house number begins: at most 34 characters back, after the last cue."""
    run = _CHARS.match(text[max(done, end - _REACH) : end][::-1])
    start = last = end - (run.end() if run else 0)
    for stop in _LEFT_STOP.finditer(text, start, end):
        last = stop.end()
    return last


def _right_edge(text: str, end: int) -> int:
    for _ in range(_PARTS):
        more = _MORE.match(text, end) or _ROOM.match(text, end)
        if more is None:
            break
        end = more.end()
    return end
