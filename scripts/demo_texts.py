"""Chooses the demo bank's complaints from ``corpus``: ``python -m scripts.demo_texts``.

Writes ``src/tingsu/demo/content/texts.jsonl``. Left out is what would not fit an invented bank: other banks and outlets
by name, towns, days of the year, signed letters.
What a text says of its customer (surname, sex, age, telephone) is written beside it, so that the record can agree.
Plain rules only, no engine: the same corpus gives the same file whatever the engine has learned since.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any
from zlib import crc32

import yaml

from tingsu.reading.learned.corpus import Labelled, read_corpus

ROOT = Path(__file__).resolve().parents[1]
PLACE = ROOT / "src/tingsu/demo/content/texts.jsonl"
MOST = 1_000  # texts; the demo tells about 560 of them
SHORTEST, LONGEST = 12, 400
MOST_OF = {"regulator": 70, "app_store": 150, "social": 60}

CHANNELS = {
    "柜面记录": "counter", "意见簿": "lobby", "便条": "lobby", "电话记录": "phone", "热线单边转写": "hotline",
    "热线对话": "hotline", "来信": "letter", "邮件": "email", "网页表单": "web", "微信": "chat", "在线客服": "chat",
    "短信": "outside", "应用评论": "app_store", "社区发帖": "social", "监管转办": "regulator", "代理模板": "letter",
}  # fmt: skip

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪"
    "范石廖贾夏韦付邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤祝卞常岳焦鲍"
    "滕温车谈邬沙蔺柯荀辛冷左尤凌倪庞樊纪舒屈项季童盛霍聂晁柴瞿喻芦苗甘窦章鲁葛阎艾盖游简阮牛柳米褚蒙费苟宗丛闵巩敖"
    "麻宁苑桂娄臧戚束练骆洪裴"
)
STRANGERS = re.compile(
    "[工建农中招交]行|工商银行|建设银行|农业银行|中国银行|招商|交通银行|邮储|浦发|民生银行|兴业|平安|中信|光大|农商|信用社|村镇银行|物业|"
    "电信|移动公司|联通|快递公司|航空|医保局|派出所民警|4S|滴滴|美团|拼多多|京东|淘宝|公积金中心|外卖|店家|卖家|商家群|骑手|小区|云岭|汽车销售|携号|营业厅|基站"
)
UNNAMED = "们你我该該本个個到在某各是的行总去致推让跟找那这貴贵家分由往，。：；、“（ \\n"  # what may stand before 支行
OUTLETS = re.compile(f"(?<![{UNNAMED}])(?:支行|分行|营业部|分理处|储蓄所)")
TOWNS = re.compile(
    "香港|澳门|台湾|新疆|西藏|广西|广东|广州|深圳|东莞|珠海|上海|北京|天津|重庆|河北|河南|湖北|湖南|山东|山西|陕西|甘肃|四川|成都|云南|贵州|贵阳|"
    "海南|三亚|福建|江苏|浙江|杭州|南京|苏州|安徽|江西|南昌|辽宁|沈阳|吉林|延吉|黑龙江|哈尔滨|佳木斯|郑州|武汉|西安|兰州|长沙|青岛|揭阳|陇南|绥中|"
    "[一-龥]{2}(?:县|市)(?!场|面|民|值|价|里|中|政)"
)
DAYS = re.compile(
    r"\d{1,2}月|[一二三四五六七八九十正腊冬]月(?!份?息|利|供)|\d{1,2}[./]\d{1,2}(?!\d*%)|春节|过年|年三十|除夕|元旦|国庆|中秋|端午|五一|清明|双十一|"
    r"高考|开学|暑假|寒假|202[6-9]|年前|年底|年初|双11|618|大热天|下雪|三伏|腊"
)
SIGNED = re.compile(
    rf"[。，！\s]老[{SURNAMES}][，。]|[。，！?？]老[{SURNAMES}]$|@|联系人|落款|此致|敬礼|敬上|谨启|谨呈|叩|(?:[\s，。！]|——)[{SURNAMES}][一-龥]{{1,2}}\s*(?:\d[\d.年月日/]*)?$"
)
NAMED = re.compile(
    rf"(?:我叫|我是|本人|姓名|申请人|投诉人|委托人|储户)[:：]?[{SURNAMES}][一-龥]{{1,2}}(?=[,，。；（(、：:\s])"
)
LEADS = "(?:客户|来访人|消费者|投诉人|储户|持卡人|申请人|来电人|市民|居民)"
CALLED = re.compile(
    rf"(?P<lead>{LEADS})?(?P<surname>[{SURNAMES}])(?P<title>姓客户|某某|某|先生|女士|小姐|大爷|大妈|阿姨|老太太|奶奶|大姐|大叔|大娘|老先生)"
)
OURS = re.compile("(?:经理|柜员|行长|坐席|主任|主管|工号|客服|专员|小伙|员工)$")
WOMAN = (
    "女士|小姐|大妈|阿姨|老太|奶奶|大姐|大娘|婆婆|客户女|（女|\\(女|,女,|，女，|我老公|我丈夫|我先生|我婆婆|怀孕|坐月子"
)
MAN = "先生|大爷|老头|大叔|老汉|客户男|（男|\\(男|,男,|，男，|我老婆|我媳妇|我妻子|我爱人|我岳"
OLD = re.compile(
    "老人家|老太|大爷|老先生|老头|老汉|奶奶|婆婆|退休|拄拐|[六七八]十[一二三四五六七八九多来]|[678]\\d岁|老伴"
)
YOUNG = re.compile("大学|宿舍|毕业|实习|辅导员|室友|上班第")
PHONE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
NUMBER = re.compile(r"\d{15,19}")

APP = re.compile("(?i)app|手机银行|登录|登陆|登不|闪退|白屏|更新|升级|指纹|刷脸|人脸|打不开|转圈|加载|验证码|卡死|崩")
QUEUE = re.compile("排队|叫号|取号|排号|排了|排到|插队|等叫|等候|人多|过号|拿号|开一个|上午.{0,6}等")
CROWD = re.compile(QUEUE.pattern + "|厅里|大厅|坡道|座椅|椅子|喇叭")
HOTLINE = re.compile("热线|坐席|客服|转人工|机器人")
A_BANK = re.compile(
    "银行|网点|柜台|存折|贷款|信用卡|理财"
)  # asked for of the one author who also wrote of other trades

AGENTS = {  # two moulds of complaint agents: what each of their customers puts in
    "a08-010": {
        "谭志远": "{name}", "430722198805174418": "{id_no}", "7716": "{tail}", "48,300": "{owed}", "60期": "{months}期",
    },
    "a11-168": {"戚某": "{name}", "小学教师": "{job}", "六折": "{share}折", "一百二十期": "{months}期"},
}  # fmt: skip

SUBJECTS = yaml.safe_load((ROOT / "scripts/demo_subjects.yaml").read_text(encoding="utf-8"))


def choose(texts: list[Labelled]) -> list[dict[str, Any]]:
    """The rows of the file, by id: everything the planted rises need, then the kinds of matter in turn."""
    fitting = [one for one in texts if one.id in AGENTS or _fits(one)]
    rows = {one.id: _row(one) for one in fitting}
    order = sorted(rows.values(), key=lambda row: (not row["topic"], crc32(row["id"].encode())))
    taken: Counter[str] = Counter()
    met: Counter[tuple[str, str]] = Counter()
    turns = []
    for row in order:
        taken[row["channel"]] += 1
        met[row["business"], row["cause"]] += 1
        if taken[row["channel"]] <= MOST_OF.get(row["channel"], MOST):
            turns.append((bool(not row["topic"]), met[row["business"], row["cause"]], row["id"]))
    return [rows[chosen] for chosen in sorted(chosen for _later, _turn, chosen in sorted(turns)[:MOST])]


def _fits(one: Labelled) -> bool:
    text = one.text
    if one.labels["complaint"] != "yes" or not SHORTEST <= len(text) <= LONGEST:
        return False
    if one.author == "a17" and not A_BANK.search(text):
        return False
    if any(mark in text for mark in "{}[]|") or one.form == "代理模板":
        return False
    return not any(found.search(text) for found in (STRANGERS, OUTLETS, TOWNS, DAYS, SIGNED, NAMED, NUMBER))


def _row(one: Labelled) -> dict[str, Any]:
    labels, channel = one.labels, CHANNELS[one.form]
    text, who = one.text, _customer_of(one.text)
    if one.id in AGENTS:
        who = {}
        for said, slot in AGENTS[one.id].items():
            assert said in text, (one.id, said)
            text = text.replace(said, slot)
    return {
        "id": one.id,
        "channel": _channel(one, channel),
        "subject": _subject(one),
        "topic": _topic(one, channel),
        "business": labels["business"],
        "cause": labels["cause"],
        "emotion": int(labels["emotion"]),
        "need": labels["need"],
        "demands": labels["demand"].split(","),
        "risks": labels["risk"].split(","),
        "root": labels["root"],
        "failure": labels["failure"],
        "yuan": _yuan(text),
        "who": who,
        "text": text,
    }


def _channel(one: Labelled, usual: str) -> str:
    """Half of what is written about the app is written in it; what the lobby heard is the lobby's."""
    if usual == "app_store" and crc32(one.id.encode()) % 2:
        return "mobile"
    return "lobby" if usual == "counter" and "大堂" in one.text else usual


def _topic(one: Labelled, channel: str) -> str:
    """Which of the demo's planted rises the text may be told in, if any."""
    if one.id in AGENTS:
        return "agent_batch"
    if (
        one.labels["cause"] == "设施设备系统"
        and one.labels["business"] in ("其他", "支付结算")
        and APP.search(one.text)
    ):
        return "app_login"
    told_there = channel in ("counter", "lobby", "phone", "hotline", "letter", "web", "chat")
    served = one.labels["cause"] in ("服务态度及质量", "制度规则流程", "设施设备系统")
    hall = QUEUE if one.labels["business"] != "其他" else CROWD
    lines = ("其他", "银行代理", "借记卡", "人民币储蓄")
    counter = one.labels["business"] in lines and not HOTLINE.search(one.text)
    counter = counter and not re.search("国债|停电|排了多年|在线排队|排队中第", one.text)
    return "pension_queue" if told_there and served and counter and hall.search(one.text) else ""


def _subject(one: Labelled) -> str:
    if one.id in AGENTS:
        return "要求停止催收并个性化分期"
    if one.labels["business"] == "贷款" and "保险" in one.text:
        return "贷款搭售保险争议"
    found = [(one.text.lower().index(word), word) for word in SUBJECTS["words"] if _is_about(one, word)]
    if found and one.labels["cause"] not in ("服务态度及质量", "债务催收", "信息安全"):
        return str(SUBJECTS["words"][min(found)[1]]["said"])
    return _line(one) + str(SUBJECTS["causes"][one.labels["cause"]])


def _is_about(one: Labelled, word: str) -> bool:
    entry = SUBJECTS["words"][word]
    line, cause = entry.get("line", one.labels["business"]), entry.get("cause", one.labels["cause"])
    return word in one.text.lower() and (line, cause) == (one.labels["business"], one.labels["cause"])


def _line(one: Labelled) -> str:
    """The line of business in a few characters; what stands behind 其他 is told by the words."""
    if one.labels["business"] != "其他":
        return str(SUBJECTS["lines"].get(one.labels["business"], one.labels["business"]))
    return "手机银行" if APP.search(one.text) else "客服热线" if HOTLINE.search(one.text) else "网点"


def _customer_of(text: str) -> dict[str, Any]:
    """What the text says of its customer; nothing where it says nothing."""
    who: dict[str, Any] = {}
    called = [m for m in CALLED.finditer(text) if not OURS.search(text[: m.start()])]
    if called:
        first = next((m for m in called if m["lead"]), called[0])
        who["surname"] = first["surname"]
    woman, man = re.search(WOMAN, text), re.search(MAN, text)
    if woman or man:
        who["sex"] = "女" if woman and (not man or woman.start() < man.start()) else "男"
    if OLD.search(text):
        who["ages"] = [63, 82]
    elif YOUNG.search(text):
        who["ages"] = [19, 26]
    if phone := PHONE.search(text):
        who["phone"] = phone[0]
    return who


DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
UNITS = {"十": 10, "百": 100, "千": 1_000}
SUM = re.compile(
    r"(?<=[扣走收了])(?P<bare>\d{2,6})(?=[，。,；！!])|(?P<figures>\d[\d,]*(?:\.\d+)?)(?P<wan>万)?(?:多)?(?:元|块|塊|圆)|(?P<words>[一二两三四五六七八九十百千万零〇]{1,9})(?:多)?(?:元|块|塊|圆)"
)
CHARGED = re.compile("扣|收了|收我|收取|多收|退|费")


def _yuan(text: str) -> int | None:
    """The first sum the text says was charged or should come back, in whole yuan."""
    sums = list(SUM.finditer(text))
    for found in sums:
        if len(sums) == 1 or CHARGED.search(text[max(0, found.start() - 12) : found.start()]):
            if found["bare"]:
                return int(found["bare"])
            if found["figures"]:
                return round(float(found["figures"].replace(",", "")) * (10_000 if found["wan"] else 1)) or None
            return _number(found["words"]) or None
    return None


def _number(words: str) -> int:
    """二百三 = 230, 三百六十八 = 368, 两万五 = 25,000."""
    total = part = digit = 0
    last = 1
    for char in words:
        if char in DIGITS:
            digit = DIGITS[char]
            last = 1 if char in "零〇" else last
        elif char == "万":
            total, part, digit, last = (part + digit) * 10_000, 0, 0, 10_000
        else:
            part, digit, last = part + (digit or 1) * UNITS[char], 0, UNITS[char]
    return total + part + digit * (last // 10 if last > 10 else 1)


def as_lines(rows: list[dict[str, Any]]) -> str:
    """The file's content."""
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def main() -> None:
    """Chooses and writes."""
    PLACE.write_text(as_lines(choose(read_corpus(ROOT / "corpus"))), encoding="utf-8")


if __name__ == "__main__":
    main()
