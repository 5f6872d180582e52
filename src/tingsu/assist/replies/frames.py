"""Who says a thing, and whether it is meant: quoted, reported, negated, supposed or only mentioned.

A draft that repeats what a customer or a colleague said, or says what is never done, is no fault.
"""

from __future__ import annotations

import re

from tingsu.assist.replies.plain import Plain
from tingsu.packs.reply_checks import Frame

_LOOK = 60  # characters looked at before and behind
_CLAUSE_END = re.compile("[,:。!?;\n]")
_NEGATES = re.compile(
    "(?:不会|不能|不得|不应当?|不该|不可以?|不宜|绝不|决不|绝非|并不|并非|并没有|从未|从不|从没|未曾|避免|杜绝|严禁|禁止|切勿|切忌|请勿|勿"
    "|不要|不再|不准|不许|不允许|无意|不代表|不意味着?|不等于|不表示|不存在|难以|无法|没法|没办法|未能|不敢|未必|不一定|不是说|不是要|不是想|没有要|没有说|没说|而不是|而非|拒绝"
    "|(?<![是还])不是|纠正|改掉|防止|不以|不用|不把|不因|不拿|不视为|绝对不|绝对不会)"
    "[^,:。!?;\n]{0,8}$"
)
_NOT_NEGATION = re.compile("(?:不能不|不得不|不会不|无法不|不应不)$")
_SUPPOSES = re.compile(
    "^(?:[一-鿿]{0,4}?)(?:如果|如您?|若|倘若|倘|假如|假使|假设|要是|万一|一旦|即便|即使|哪怕|就算|无论|不论|不管|是否|除非|凡)"
)
_CUSTOMER = "(?:你们?|客户|投诉人|来电人|来访人|来信人|对方|消费者|先生|女士|持卡人|家属|用户|顾客|家人)"
_STAFF = (
    "(?:柜员|员工|工作人员|客户经理|理财经理|经办人员?|大堂经理|大堂|客服|坐席|座席|接线员|保安|同事|当事人|该员|该行员|经理"
    "|行员|热线|业务员|催收员|催收人员|外包人员|服务人员|销售|顾问|店员|话务员|主管|网点|支行|窗口|[他她](?!们?行)|有人|前台|引导员)"
)
_SAYS = (
    "(?:反映|来电称|投诉称|诉称|自称|声称|称(?!职|赞|呼|为)|表示|认为|提到|提及|提出|(?<![这那]么)(?<![这那]样)说(?!明|法|服|不定)|讲(?!解|究)|指出|质疑"
    "|觉得(?=我们|银行|柜员|是|像|被|很|不公|没|委屈|自己)|描述|反馈|投诉(?![好吧就去呗也到])|抱怨|强调|询问|问|喊|要求|希望|请求|主张|期望|盼|理解为|误以为|以为|转述|复述|写道|留言)"
)
_STAFF_SAYS = (
    "(?:说(?!明)|称(?!职)|讲(?!解)|答复|回复|告知|表示|回应|回答|让你|叫你|要求你|以(?=[^,。]{1,16}为由)|喊|骂|推说|推脱|推诿"
    "|甩|扔下|顶|怼|嚷|呵斥|训斥)"
)
_REPORTS = re.compile(
    rf"(?:(?<![跟向对给和与同请让]){_CUSTOMER}[^,。!?;\n]{{0,16}}?{_SAYS}(?!的(?!是)|了?后|至|到)"
    rf"|{_STAFF}[^,。!?;\n]{{0,16}}?{_STAFF_SAYS}"
    r"|(?:当时|曾|此前|口头|之前)[^,。!?;\n]{0,12}(?:承诺|保证|答应|许诺)"
    r"|[对冲朝]你[^,。!?;\n]{0,4}?(?:说(?:过|出|了)|喊|嚷)|来电(?:反映|称)|反映称?|诉求[是为:]|投诉(?:内容|事项|要点)[是为:]"
    r"|原话[是为:]?|听到|收到过)"
)
_CLOSES = re.compile("(?:一事|的事|之事|问题|情况|情形|事项|投诉|来信|来电|诉求|意见|建议|经过|感受|心情)[^,]{0,4},")
_OURS = "(?!的?(?:柜员|员工|同事|客户经理|工作人员|客服|店员))"
_SWITCHES = re.compile(
    "[,:](?:但是?|不过|对此|然而|而|那|其实|可|可是|就此|因此|所以|这次|这边|这里)?,?"
    f"(?:我们{_OURS}|我行{_OURS}|本行|我司|我方|我(?!的)|咱|俺|经(?!理|办)|现(?!场)|这(?:个|是|都|事|种情况)"
    "|按(?:照)?(?:规定|制度)|请|建议)"
)
_OWN_WORDS = re.compile(
    "(?:我们?|我行|本行|现)[^,。!?;\n]{0,8}?(?:答复|回复|意见|说|讲|结论|告知|强调|态度|立场)[^,。!?;\n]{0,4}[是为:]?:?$"
)
_ONLY_MENTIONED = re.compile(
    "^[^,。!?;\n]{0,2}?(?:的话(?:语|术)?|这样的|这类|之类|此类|这种|那样的|等|一类|字样|的字眼|云云)[^,。!?;\n]{0,6}?"
    "(?:话|说法|表述|言语|言辞|态度|回应|答复|语句|词|用语|情况|现象|做法|行为|语气|言论|说辞|解释|借口|承诺|表态)"
    "|^[^,。!?;\n]{0,3}?的(?:话(?:语|术)?|说法|表述|言语|言辞|态度|回应|语句|用语|语气|言论|说辞|口吻|借口|字眼|做法"
    "|行为|现象|错误)(?!.{0,2}(?:真|就是|都))"
)


def clears(plain: Plain, start: int, end: int, even: tuple[Frame, ...]) -> bool:
    """Whether a frame makes ``plain.text[start:end]`` harmless; frames in ``even`` do not."""
    text = plain.text
    quote = plain.quote_at(start, end)
    if quote is not None and "quoted" not in even:
        return _OWN_WORDS.search(text, max(0, quote[0] - 24), quote[0]) is None
    before = text[max(0, start - _LOOK) : start]
    clause = _last_clause(before)
    if "negated" not in even and _is_negated(clause):
        return True
    if "conditional" not in even and _SUPPOSES.search(clause + text[start : start + 2]):
        return True
    if "mentioned" not in even and _ONLY_MENTIONED.match(text[end : end + 24]):
        return True
    return "reported" not in even and _is_reported(plain, start)


def _is_negated(clause: str) -> bool:
    match = _NEGATES.search(clause)
    return match is not None and _NOT_NEGATION.search(clause) is None


def _last_clause(before: str) -> str:
    cut = 0
    for end in _CLAUSE_END.finditer(before):
        cut = end.end()
    return before[cut:]


def _is_reported(plain: Plain, start: int) -> bool:
    """Whether someone else's words are told from before ``start`` in its sentence, and no own words have begun."""
    text = plain.text
    begin = max(0, start - 200)
    cut = max(text.rfind(mark, begin, start) for mark in "。!?;\n")
    sentence = text[max(begin, cut + 1) : start]
    reports = list(_REPORTS.finditer(sentence))
    if not reports:
        return False
    report = reports[-1]
    told = sentence[report.end() :]
    if _SWITCHES.search(told + text[start : start + 4]):
        return False
    return _CLOSES.search(sentence[report.start() :]) is None
