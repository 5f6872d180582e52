"""Invented texts with labels that words alone tell apart, for tests of teaching."""

from __future__ import annotations

from tingsu.reading.learned.described import Told

MATTERS = {
    "停车": ["车位被占", "停车费乱收", "道闸坏了不抬杆", "地库进水淹了车", "临时停车没地方"],
    "电梯": ["电梯困人半小时", "电梯按钮失灵", "电梯三天没修", "电梯晃得厉害", "电梯停在夹层"],
    "噪声": ["装修噪声吵得睡不着", "广场舞太吵", "楼上半夜拖椅子", "空调外机轰鸣", "工地夜里施工"],
}
FACES = [
    "菜场的刷脸机扣了两次钱没人管",
    "刷脸机老是认不出我，排队的人都在骂",
    "孩子在学校食堂用的刷脸机，家长查不到吃了什么",
    "不想刷脸，地铁口的刷脸机却逼着开通",
    "刷脸机付了钱不出单，药店不认账",
    "老太太白内障，刷脸机怎么也过不去",
    "双胞胎兄弟刷脸机认成一个人，钱扣到我头上",
    "商场那台刷脸机坏了三天还在收钱",
    "我戴口罩它也扣款，刷脸机到底认的什么",
    "刷脸机里我的照片是谁给的，要求删掉",
    "说好首单减五元，刷脸机一分没减",
    "公司门口装了刷脸机，非绑银行卡不让进",
]  # a matter no class of the pack is named after
WHO = ["我们家", "三号楼的住户", "老人", "隔壁邻居", "整个单元", "我和孩子", "楼下租户"]
WHAT = ["反映了好几次", "找过物业没人管", "已经一个多月", "请尽快处理", "到今天也没有答复", "大家意见很大"]


def told(each: int = 35, labels: dict[str, list[str]] = MATTERS) -> list[Told]:
    """``each`` different texts a label."""
    made = []
    for label, matters in labels.items():
        texts = [f"{who}{what}，{matter}。" for matter in matters for who in WHO for what in WHAT]
        step = len(texts) // each
        made.extend(Told(text, label, origin=str(n)) for n, text in enumerate(texts[: each * step : step]))
    return made
