"""In what spirit a wish is said: asked for, told as refused, waived, done already, the bank's own, or only imagined."""

from __future__ import annotations

import re
from enum import Enum

from tingsu.reading.asks.clauses import Clauses

_STAFF = (
    r"(?:你们|你行|银行|贵行|客服|柜员|他们|她们|对方|经理|网点|系统|业务员|工作人员|人员|催收|保安|那边|行长|大堂"
    r"|柜台|app|短信|坐席|主管|中介|平台|商家|支行)"
)
_WAIVED = re.compile(
    r"(?:不要|不需要|不求|不用|不是为了|不是要|不是来|不是想|不在乎|不图|无需|并非要|不指望|不稀罕|不想要|不奢求|不贪|没想要|没说要|没要)[^,]{0,6}$"
)
_DONE_BEFORE = re.compile(
    r"(?<!不)(?:已经?|刚给|刚刚|终于|总算|都已|早已|后来|最后)(?:[给向为跟把将][^,要求]{0,4})?[^,要求请望申请不没未扣收交付花求让催该]{0,4}$"
)
_DONE_AFTER = re.compile(r"(?:过?了(?![吧算就行])|过(?![来去户期]))")
_ASKS_WORD = re.compile(r"要|请|希望|必须|给我|赶紧|赶快|快|得|应|求|望|尽快|让|才|没|不|未|何时|什么时候|能")
_TOLD_TO = re.compile(
    rf"{_STAFF}[^,。]{{0,8}}?(?<!不)(?:要求|让|叫|非要|要|逼|催|强迫|提示|建议|劝|通知)(?:我|俺|客户|本人|他|她|老人|提供|去|先|签|必须|家属|带|补|交|再)[^,]{{0,14}}$"
)
_STAFF_SAYS = re.compile(
    rf"{_STAFF}[^,。]{{0,4}}(?:说(?!该|怎|咋|是不是|行不行|好不好)|称|表示|回复|答复|告知|告诉我|讲|解释)(?:是|会|的是|我|您|你|可以|已经|要|,)*[^,]{{0,8}}$"
)
_UNLESS = re.compile(
    r"(?:如果|要是|假如|假设|若|倘若|万一|再|要)(?:还|再|你们|贵行|银行|还是)?(?:不|没|未)[^,]{0,6}$|(?:^|[^要])(?:再不|若不|不然)[^,]{0,6}$"
)
_IMAGINED = re.compile(
    r"(?:如果|要是|假如|假设|倘若|万一|哪怕|即使|就算|除非|早知道|当初|本来|原本)(?:(?!就|请|那你|必须)[^,]){0,10}$"
)
_PROMISED = re.compile(r"(?<![我们户])(?:说好|说|讲好|承诺|答应|宣传|保证)(?:是|了|的|会|过)?[^,我]{0,8}$")
_THREAT = re.compile(r"就|否则|我|将|只[能好]|不然|后果|法律|投诉|告")
_BANKS_TERMS = re.compile(
    r"[^。!?;]{0,8}?(?:就|才|[,]就|[,]才)[^,。!?;]{0,2}(?:不给|不让|不放|不批|不能|没法|放款|给批|给办|能办|能贷|可以办)"
)
_TIED = re.compile(r"(?:不|必须|非要?)[^,]{1,10}就$")  # 不买保险就|不给放款: their terms, not our wish
_MUST = re.compile(r"(?:不|必须|非得|一定要|非要)[^,]{0,4}$")
_OTHERS = re.compile(r"(?:朋友|同事|邻居|别人|人家|网友|隔壁|听说|有人|据说|其他银行|别的银行|别家)[^,我]{0,12}$")
_COMMAND = re.compile(
    r"(?:把|给我|帮我|给俺|还我|赶紧|赶快|快点?|立即|立刻|马上|请|麻烦|烦请|希望|望|盼|恳请|恳求|务必|必须|应该|应当|应|一定要|能不能|能否|可否|可不可以|可以不可以|求求?|求你们?|只要|就要|我要|我想|俺想|俺要|就想|只想|想要|要你们?|让你们?|叫你们?|要么|要求|强烈要求|申请|诉求|建议|劝你们|你们得|你得|得给|该|给个|来个|至少|起码|尽快|尽早|早点|速|拜托|辛苦|有没有办法|怎么才能|什么时候才?能?|何时才?能?|到底能不能|还不|凭什么不|为什么不|为啥不|为何不|干嘛不|怎么还不|怎么就不|怎么不|不能)[^,]{0,10}$"
    r"|(?:^|[。;\n,: ])(?:\d|[一二三四五六])[、.)]\s?[^,]{0,8}$"  # a numbered list of wishes
)
_URGED = re.compile(
    r"(?:给我|帮我|给俺|赶紧|赶快|快点?|立即|立刻|马上|请|麻烦|烦请|希望|望|盼|恳请|恳求|务必|必须|一定要|能不能|能否|可否|可不可以|可以不可以|求求?你?们?|只要|就要|我要|我想|俺想|俺要|就想|只想|想要|要你们?|叫你们?|要求|申请|诉求|建议|尽快|尽早|早点|何时能?|什么时候才?能?|凭什么不|为什么不|为啥不|为何不|干嘛不|怎么还不|怎么就不|怎么不|何时才?能?|才能|需要)(?:你们?|您|贵行|银行|尽快|立即|马上|先|能|能够|可以|给我?|帮我?|给予|予以|为我|替我|及时|重新|把[^,]{1,6}|我|来|在本地|就近|直接|协助|继续|正常)*$"
)
_COMMAND_AFTER = re.compile(
    r"(?:吧|一下|给我|掉|了吧|行不行|好吗|可以吗|可不可以|好不好|难吗|就行|就可以|即可|为盼|为荷|没问题吧|中不|中不中|成不|要得不|嘛|呗|才行|这事就算|一?[份个下])"
)
_HEADING = re.compile(
    r"(?:诉求|要求|请求|请|希望|恳请|现提出|主张)(?:内容|事项|如下|是|为|有|点|、)*[::]|(?:诉求|请求事项|要求如下)"
)
_LISTED = 160  # characters after a heading (诉求:) in which everything is asked for


class Mood(Enum):
    """How a wish is meant."""

    ASKED = "asked"
    SAID = "said"  # named, but nobody asks in so many words
    DROPPED = "dropped"


class Moods:
    """Tells the mood of each place of one text."""

    def __init__(self, clauses: Clauses) -> None:
        self._clauses = clauses
        self._text = clauses.text
        self._headings = (
            [match.end() for match in _HEADING.finditer(clauses.text)]
            if "求" in clauses.text or ":" in clauses.text
            else []
        )

    def of(self, start: int, end: int, *, refused: bool, command: bool, settled: bool) -> Mood:
        """``refused``: the words themselves say that the bank does not do it, so they cannot be the bank's own wish.

        ``command``: they ask by themselves. ``settled``: with 了 or 过 behind them they tell of what has happened.
        """
        text, clause = self._text, self._clauses.clause_start(start)
        low = max(clause, start - 24)
        before, after = text[low:start], text[end : end + 16]
        if self._clauses.is_theirs(start):
            return Mood.DROPPED
        if (_WAIVED.search(before) and not command) or (_OTHERS.search(before) and not refused):
            return Mood.DROPPED
        if not (refused or command) and self._is_settled(before, after, settled):
            return Mood.DROPPED
        if refused and _TIED.search(before):
            return Mood.DROPPED
        if self._is_threatened(before, end):
            return Mood.ASKED
        if self._is_imagined(before, after, start):
            return Mood.DROPPED
        if not refused and (_TOLD_TO.search(before) or _STAFF_SAYS.search(before) or _PROMISED.search(before)):
            return Mood.DROPPED
        return Mood.ASKED if command or self._is_asked(before, after, start) else Mood.SAID

    def is_urged(self, start: int) -> bool:
        """Whether a word of asking stands right before the place: 请尽快|办理, 要求|开户."""
        return _URGED.search(self._text, max(0, start - 14), start) is not None

    def _is_settled(self, before: str, after: str, settled: bool) -> bool:
        if _DONE_BEFORE.search(before):
            return True
        return settled and _DONE_AFTER.match(after) is not None and _ASKS_WORD.search(before) is None

    def _is_threatened(self, before: str, end: int) -> bool:
        """再不退款我就去告: what is threatened for is asked for."""
        if _UNLESS.search(before) is None:
            return False
        return _THREAT.search(self._text, end, min(self._clauses.sentence_end(end), end + 24)) is not None

    def _is_imagined(self, before: str, after: str, start: int) -> bool:
        if _IMAGINED.search(before):
            return _COMMAND.search(before) is None
        return _MUST.search(before) is not None and _BANKS_TERMS.match(after) is not None

    def _is_asked(self, before: str, after: str, start: int) -> bool:
        if _COMMAND.search(before) or _COMMAND_AFTER.match(after):
            return True
        return any(0 <= start - heading <= _LISTED for heading in self._headings)
