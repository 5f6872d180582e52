"""Which way the complaint may go further (升级风险): what the writer does or threatens, and who is harmed."""

from __future__ import annotations

import re

from tingsu.reading.asks.clauses import Clauses, clauses_of
from tingsu.reading.lexicon import Cue, Hit
from tingsu.reading.scoring import Seen
from tingsu.reading.types import Risk

_STAFF = r"(?:催收|他们|她们|你们|对方|银行|客服|经理|柜员|人员|保安|业务员|坐席|行长|那边|律师函|短信|电话里|中介)"
# They threaten (催收威胁要起诉), send the customer elsewhere (客服让我去找银监局) or speak for themselves (律师函称).
_THEY_SAY = re.compile(
    rf"(?:威胁|恐吓|声称|扬言|冒充|自称|假冒|吓唬|{_STAFF}[^。!?;\n,]{{0,8}}(?:说|讲|称|让|叫|要|回复|回|建议|表示|推给|推到))[我他她]?(?:(?!,我|,再|,那)[^。!?;\n]){{0,14}}$"
    rf"|{_STAFF}[^。!?;\n,]{{0,4}}(?:回复|答复|回函|告知)[^!?;\n]{{0,30}}$"
)
_THEY_THREATEN = re.compile(rf"(?:威胁|恐吓|{_STAFF}[^。!?;\n, ]{{0,6}}(?:说|讲|称|扬言|要))[^。!?;\n, ]{{0,10}}$")
_WRITER_THREATENS = re.compile(
    r"(?:客户|来电人|投诉人|消费者|储户|对方客户|其|当事人)(?:情绪激动)?[^。!?;\n]{0,10}(?:威胁|扬言|声称|表示|称|说)[^。!?;\n]{0,14}$"
)
_I_WILL = re.compile(
    r"(?:我|本人|俺|咱|客户|来电人|投诉人|消费者|我妈|我爸|家属)(?:们)?(?:就|都|也|只好|只能|只有|马上|明天|现在|下一步|这就|将|一定)?(?:要|会|将|就|准备|已|只能|只好|也|去|打算|保留|可以|直接|又|都|再|通过)[^。!?;\n]{0,12}$"
)
_AGAINST_ME = re.compile(r"(?:我(?!要|会|将|们要|们会|就|去|的)|函?(?:说|称)|你(?!们)|寄|吓唬)")
_QUOTED_RULE = re.compile(
    r"(?:会|局|总局)?(?:发布|颁布|规定|的规定|办法|令|文件|下发|要求|征信|公告|备案|批准|许可|利率|降息|基准|报价|系统|二代|网点|官网|牌照|考核|检查|查征信)"
)
_CITED = re.compile(r"(?:按照|根据|依据|依照|按|遵守|违反|符合|受|从|归|属于|是)[^。!?;,\n]{0,4}$")
_DENIED = re.compile(
    r"(?:不想|没想|并不想|不愿|不打算|不准备|没打算|不是要|没说要|又没说|不至于|不会真的?|懒得|没有?必要|不用|也不)[^。!?;\n,]{0,6}$"
)
_OTHERS_DID = re.compile(
    r"(?:朋友|同事|邻居|别人|人家|网友|隔壁|听说|有人|网上说|看到|新闻里|新闻上|以前有)[^。!?;\n]{0,14}$"
)
_UNREAL = re.compile(
    r"(?:要不是|若不是|如果不是|要是没有|幸亏|早就|本来|差点|下次|恨不得|真想|巴不得|除非)[^。!?;\n]{0,24}$"
)
_TURN_TO = re.compile(
    r"(?:向|去|找|到|打|拨打|给|报|告|告到|上|上报|反映|反映到|投诉到|举报到|捅到|联系|通过|经|由|递|寄到|写到|抄送|致电|求助|走|叫|请|问|让|委托|咨询|来自|收到|发到|发|传|发在|传到|挂|拍|曝|写)[^。!?;\n,]{0,6}$"
)
_TURNS = re.compile(
    r"[^。!?;\n,]{0,8}?(?:投诉|举报|反映|申诉|控告|告你|告状|来函|来件|督办|转来|转办|转送|交办|下发的投诉|申请|介入|查处|查你|管|见|说说|反应|评评理|问问|咨询|讨|要个?说法|走一趟|立案|报案|备案材料|笔录|起诉)"
)
_STORY_OF_POLICE = re.compile(r"(?:被|因|涉案|由|经|配合|系|让|说|是)[^。!?;,\n]{0,6}$")
_FROZEN = re.compile(r"[^。!?;,\n]{0,4}(?:冻结|止付|管控|查封|限制|要求|通知|说|叫|让|在查|反诈|的人让)")
_NOT_MEANT = {
    "自伤": re.compile(r"跳楼价|跳楼大|想死的?心|想死你|死给我|忙死|累死|气死|急死|烦死|等死|死机|活该"),
    "暴力": re.compile(
        r"砸锅卖铁|砸手里|砸钱|打人工|打人民|打人行|打人事|杀熟|动手操作|动手能力|动手续|绑定|绑卡|绑手机|绑了|绑在|绑架|拼命(?:打|拨|催|点|刷|联系|解释|问|推|存|干|工作|挣|赚|加班)|拼了命|人命关天|报复性|小心点(?:头|的)|手动手"
    ),
    "占据场所": re.compile(
        r"不走了(?:流程|程序|账)|住在银行(?:附近|旁|对面|边)|闹到现在|闹到今天|堵在(?:路|门)|排队?静坐"
    ),
}
_MANNERS = {"自伤的话": "自伤", "暴力的话": "暴力", "占据场所的话": "占据场所"}
_URGENT = {"自伤", "暴力"}
_MEDIA_NOW = re.compile(
    r"(?:记者|电视台|媒体)[^。!?;,\n]{0,6}(?:已经?|正在|就在|马上|到了|来了|在场|在现场|在门口)|正在直播|直播呢|在直播|(?:视频|帖子)[^。!?;\n]{0,8}(?:已经?|都)[^。!?;\n]{0,4}(?:传|发|挂)"
)
_LEAVE_ASKED = re.compile(r"(?:不让|不给|无法|不能|没法|怎么|如何|拒绝|想|需要|要求|申请|来)[^。!?;,\n]{0,4}$")
_SURE = 0.5


# 我们村四十七户, 我们一共十一个人; three at least, and no family (我们一家三口).
_MANY = re.compile(
    r"(?:我们|俺们|咱们)(?!一家|家|夫妻|两)[^,。!?;\n]{0,8}?(?:[三四五六七八九十百千几]{1,4}|\d{1,4})(?:来|多|几|余)?"
    r"(?:户|个人|名|位|号人|家(?!银行|行|店|公司|里|人|庭))"
    r"|(?:代表|联名|全[镇村楼院校厂]|业主|住户)[^,。!?;\n]{0,8}?(?:[三四五六七八九十百千几数]{1,4}|\d{1,4})(?:来|多|几|余)?(?:户|名|位|人|家)"
    r"|(?:[三四五六七八九十百千几]{2,5}|\d{2,4})(?:来|多|几|余)?(?:名|位|个)(?:学员|实习生|家长|读者|村民|居民|工友|商户|储户|业主|老人|退休教师|投资人)"
)
# Words without which the long expressions cannot match, so simple that a text is passed over in no time.
_MANY_HINT = re.compile(
    "我们|俺们|咱们|代表|联名|全镇|全村|全楼|全院|全校|全厂|业主|住户|学员|实习生|家长|读者|村民|居民|工友|商户|储户|老人"
    "|退休教师|投资人"
)
_AGED_HINT = re.compile(r"[六七八九6-9][十\d]")
_GROUP = Cue("risk", "群体", "说有多人一起", 0.8, "我们", (), False, {}, "我们~户")
# 我今年七十一了, 老客户姜阿姨(七十一), 客户76岁.
_AGED = re.compile(
    r"(?:今年|都|已经?|快|年过|年近|过了|我|他|她|妈|爸|爷|奶|婆|娘|姨|伯|老人|客户|女|男)[,(]?"
    r"(?:[六七八九]十[一二三四五六七八九]?|[6-9]\d)(?:多?岁|周岁|了(?![块元百万个次])|的人|\)|(?=[,。!?;\n]|$))"
)
_OLD = Cue("risk", "特殊群体", "老人", 0.85, "岁", (), False, {}, "年岁")
# How an authority writes of a complaint it passes on: two such words, and none of the bank's own.
_PASSED_ON = re.compile(
    r"来电人|来信人|信访人|反映人|诉求人|投诉人|举报人|写信人|市民|群众|网友反映|消费者[\u4e00-\u9fff]{0,4}(?:反映|称|投诉)|我中心|我处|我局|贵单位"
    r"|该行|涉事银行|银行方面|银行单方|被投诉(?:单位|机构|人)|承办单位|请(?:依法)?(?:核查|核实|调查|查办|妥善处理|办理)|工单|编号|事由|诉求[为:]|反映[:内]|(?:^|\n)转[:办]|办结|反馈我|报送"
)
_PASSED_HINT = re.compile(
    "来电人|来信人|信访人|反映|诉求|投诉人|举报人|写信人|市民|群众|消费者|我中心|我处|我局|贵单位|该行|涉事银行|银行方面|银行单方"
    "|被投诉|承办单位|请依|请核|请调|请查|请妥|请办|工单|编号|事由|转:|转办|办结|反馈我|报送"
)
_OWN_WORDS = re.compile(r"我行|客户(?!经理|端|服务)|我们行|本席")
_PASSED = Cue("risk", "监管", "像是上级或监管转来的", 0.7, "转", (), False, {}, "转办口吻")
_FAREWELLS = {"再见", "拜拜", "白白"}
_SHORT = 60  # characters; in a longer text 再见 ends a call


def find_risks(seen: Seen) -> tuple[Risk, ...]:
    """What the writer does or threatens; what the other side threatens (你们要起诉我) is left out."""
    found = _hits_by_kind(seen)
    risks = [_make_risk(seen, kind, hits) for kind, hits in found.items()]
    return tuple(sorted(risks, key=lambda risk: (not risk.urgent, -risk.confidence)))


def _hits_by_kind(seen: Seen) -> dict[str, list[Hit]]:
    """The hits that count, by kind."""
    clauses = clauses_of(seen.text)
    found: dict[str, list[Hit]] = {}
    for hit in seen.of("risk"):
        if hit.cue.weight and not clauses.is_theirs(hit.start) and _counts(seen.text, hit, clauses):
            found.setdefault(hit.cue.label, []).append(hit)
    for hint, pattern, cue in ((_MANY_HINT, _MANY, _GROUP), (_AGED_HINT, _AGED, _OLD)):
        if hint.search(seen.text) and (told := pattern.search(seen.text)):
            found.setdefault(cue.label, []).append(Hit(told.start(), told.end(), cue))
    if "监管" not in found and (passed := _passed_on(seen.text)):
        found["监管"] = passed
    return found


def _passed_on(text: str) -> list[Hit]:
    """The words by which an authority speaks that passes a complaint on."""
    if _PASSED_HINT.search(text) is None or _OWN_WORDS.search(text):
        return []
    told = {match[0]: Hit(match.start(), match.end(), _PASSED) for match in _PASSED_ON.finditer(text)}
    return list(told.values()) if len(told) > 1 else []


def _make_risk(seen: Seen, kind: str, hits: list[Hit]) -> Risk:
    manner = next((_MANNERS[hit.cue.why] for hit in hits if hit.cue.why in _MANNERS), "")
    manners = {_MANNERS.get(hit.cue.why, "") for hit in hits}
    urgent = bool(manners & _URGENT) or (
        kind == "媒体舆情" and any(_MEDIA_NOW.search(seen.text, max(0, h.start - 12), h.end + 12) for h in hits)
    )
    manner = next((each for each in ("自伤", "暴力") if each in manners), manner)
    return Risk(kind, max(hit.cue.weight for hit in hits), seen.evidence(hits), manner, urgent)


def _counts(text: str, hit: Hit, clauses: Clauses) -> bool:
    kind = hit.cue.label
    if kind == "特殊群体":
        return True
    low = max(clauses.sentence_start(hit.start), hit.start - 26)
    before, after = text[low : hit.start], text[hit.end : hit.end + 12]
    if _DENIED.search(before) or _OTHERS_DID.search(before):
        return False
    if kind == "流失":
        if hit.cue.phrase in _FAREWELLS and len(text) > _SHORT:
            return False
        return not _UNREAL.search(before)
    if kind in ("群体", "信访"):
        return True
    if kind == "过激":
        return _is_extreme(text, hit, before)
    if hit.cue.extra.get("acted") and not (_TURN_TO.search(before) or _TURNS.match(after)):
        return False
    return not _is_theirs(kind, before, after)


def _is_extreme(text: str, hit: Hit, before: str) -> bool:
    pattern = _NOT_MEANT.get(_MANNERS.get(hit.cue.why, ""))
    if pattern and any(
        found.start() < hit.end and hit.start < found.end()
        for found in pattern.finditer(text, max(0, hit.start - 4), hit.end + 6)
    ):
        return False
    if hit.cue.why != "暴力的话":
        return True
    return not (_THEY_THREATEN.search(before) and not (_I_WILL.search(before) or _WRITER_THREATENS.search(before)))


def _is_theirs(kind: str, before: str, after: str) -> bool:
    """Said, threatened or ruled by the other side, or a rule that is merely cited."""
    mine = _I_WILL.search(before) or _WRITER_THREATENS.search(before)
    if kind == "监管":
        return bool(
            _QUOTED_RULE.match(after)
            or (_CITED.search(before) and not mine and not _TURNS.match(after))
            or (_THEY_SAY.search(before) and not mine)
        )
    if kind == "司法":
        if _AGAINST_ME.match(after) or (_FROZEN.match(after) and not mine and _STORY_OF_POLICE.search(before)):
            return True
        return bool(_THEY_SAY.search(before) and not mine)
    return bool(_THEY_SAY.search(before) and not mine)
