"""What a template may ask for: every tag by its name, what it stands for, and a sample of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

LONG = "客户于2026年11月9日到网点办理业务，认为等候时间过长；柜员解释时用语生硬。\n客户要求道歉，并说明原因。"


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag. ``fields`` makes it a list, whose members have these fields."""

    name: str
    zh: str
    en: str
    sample: str = ""
    fields: tuple[Tag, ...] = ()


_CASE = (
    Tag("编号", "工单编号", "Case number", "26110001"),
    Tag("标题", "事由", "Subject", "柜面服务态度"),
    Tag("渠道", "受理渠道", "Channel", "柜台"),
    Tag("收到时间", "收到投诉的时间", "Received, to the minute", "2026-11-09 10:00"),
    Tag("收到日期", "收到投诉的日期", "Received, the day", "2026年11月9日"),
    Tag("登记时间", "登记的时间", "Recorded at", "2026-11-09 10:05"),
    Tag("登记人", "登记人姓名", "Recorded by", "王小雨"),
    Tag("登记机构", "登记机构名称", "Recorded at which unit", "解放路支行"),
    Tag("环节", "现处环节", "Stage", "待回访"),
    Tag("投诉人", "投诉人姓名", "Complainant", "张*"),
    Tag("联系电话", "投诉人电话", "Telephone", "138****1234"),
    Tag("证件号码", "投诉人证件号码", "Identity number", "1101************11"),
    Tag("账号", "投诉人账号", "Account", "6222***********0123"),
    Tag("电子邮箱", "投诉人邮箱", "E-mail", "z***@example.com"),
    Tag("地址", "投诉人地址", "Address", "江州市解放路****"),
    Tag("职业", "投诉人职业", "Occupation", "教师"),
    Tag("投诉对象", "被投诉的机构和人员", "Unit and person complained of", "解放路支行 柜员"),
    Tag("被投诉机构", "被投诉机构", "Unit complained of", "解放路支行"),
    Tag("被投诉人", "被投诉人员", "Person complained of", "柜员"),
    Tag("投诉内容", "客户的原话", "The complaint in the customer's words", LONG),
    Tag("关键点", "登记时记下的关键点", "Key point", "等候时间"),
    Tag("业务类别", "业务类别", "Business", "借记卡"),
    Tag("投诉原因", "投诉原因", "Cause", "服务态度及质量"),
    Tag("情绪", "客户情绪", "Emotion", "不满"),
    Tag("心理需求", "心理需求", "Need", "求尊重"),
    Tag("诉求", "客户的要求", "Demands", "道歉、解释说明"),
    Tag("升级风险", "升级风险", "Risks", "监管"),
    Tag("难易", "难易程度", "Complexity", "普通"),
)
_HANDLING = (
    Tag("认定", "投诉是否成立", "Verdict", "成立"),
    Tag("认定理由", "认定的理由和依据", "Grounds", LONG),
    Tag("主办部门", "主办部门", "Lead unit", "江州分行"),
    Tag("协办部门", "协办部门", "Supporting units", "信用卡中心"),
    Tag("经办人", "经办人姓名", "Handler", "李敏"),
    Tag("查明的事实", "调查结论", "Findings", LONG),
    Tag("成因", "根本原因", "Root cause", "沟通不畅"),
    Tag("责任判定", "责任判定", "Responsibility", "有责投诉"),
    Tag("差错类型", "差错类型", "Fault", "不专业"),
    Tag("涉及权益", "受到侵害的消费者权益", "Consumer right infringed", "知情权"),
    Tag("责任单位", "责任单位", "Unit responsible", "解放路支行"),
    Tag("责任人", "责任人员", "Person responsible", "柜员"),
    Tag("处理方案", "推荐或已批准的方案", "The recommended option", "补偿（300元）：道歉并补偿误工费"),
    Tag("批示意见", "最近一次批示的意见", "Opinion of the last approval", "同意"),
    Tag("批示人", "最近一次批示的人", "Who approved last", "陈立"),
    Tag("实付金额", "实付金额（元）", "Paid, in yuan", "300"),
    Tag("答复内容", "给客户的答复", "The answer", LONG),
    Tag("答复时间", "答复时间", "Answered at", "2026-11-12 15:20"),
    Tag("处理决定", "答复内容；尚未答复时是处理方案", "The decision: the answer, else the recommended option", LONG),
    Tag("满意度", "客户满意度", "Satisfaction", "满意"),
    Tag("总结", "总结评价", "Summary", "服务不当，已整改"),
    Tag("改善对策", "改善对策", "What to improve", "加强晨会演练"),
    Tag("办结时间", "结案时间", "Closed at", "2026-11-16 09:00"),
    Tag("办理期限", "法定办理期限", "Statutory end", "2026-11-24 24:00"),
)
_PAPER = (
    Tag("机构名称", "本机构名称", "Name of the organisation", "江州银行"),
    Tag("今天", "制作日期", "Today", "2026年11月22日"),
    Tag("制作人", "制作这份文件的人", "Made by", "李敏"),
    Tag("制作时间", "制作这份文件的时间", "Made at", "2026-11-22 14:30"),
    Tag("遮盖说明", "本件是否遮盖了客户信息", "Whether personal data is masked", "客户信息已遮盖"),
    Tag("证据份数", "证据份数", "How many pieces of evidence", "1"),
)
_LISTS = (
    Tag("方案", "最近一轮方案", "Options of the last round", fields=(
        Tag("序号", "第几套", "Number", "1"),
        Tag("方式", "补救方式", "Remedy", "补偿"),
        Tag("金额", "金额（元）", "Amount in yuan", "300"),
        Tag("内容", "方案内容", "What is offered", "道歉并补偿误工费300元"),
        Tag("推荐", "推荐的一套写“推荐”", "Marks the recommended one", "推荐"),
    )),
    Tag("审批", "逐级审批", "Approvals", fields=(
        Tag("级别", "审批级别", "Level", "投诉处理负责人"),
        Tag("金额", "金额（元）", "Amount in yuan", "300"),
        Tag("送审人", "送审人", "Asked by", "李敏"),
        Tag("送审时间", "送审时间", "Asked at", "2026-11-11 09:10"),
        Tag("结果", "同意、退回或待批", "Result", "同意"),
        Tag("批示人", "批示人", "Decided by", "陈立"),
        Tag("批示时间", "批示时间", "Decided at", "2026-11-11 11:00"),
        Tag("意见", "批示意见", "Opinion", "同意"),
    )),
    Tag("回访", "回访记录", "Follow-ups", fields=(
        Tag("时间", "回访时间", "When", "2026-11-13 10:00"),
        Tag("回访人", "回访人", "Who", "李敏"),
        Tag("结果", "是否接通", "Reached", "已接通"),
        Tag("满意度", "满意度", "Satisfaction", "满意"),
        Tag("意见", "客户意见", "What the customer said", "满意"),
    )),
    Tag("证据", "编号的证据", "Numbered evidence", fields=(
        Tag("序号", "证据编号", "Number", "1"),
        Tag("名称", "文件名", "File name", "监控录像.mp4"),
        Tag("大小", "文件大小", "Size", "3.2 MB"),
        Tag("校验值", "文件的 SHA-256", "SHA-256 of the file", "9f86d081884c7d65" * 4),
        Tag("提交人", "提交人", "Added by", "王小雨"),
        Tag("提交时间", "提交时间", "Added at", "2026-11-09 10:20"),
    )),
    Tag("时限", "各项时限", "Deadlines", fields=(
        Tag("名称", "时限名称", "Name", "简单投诉办结并告知"),
        Tag("到期", "到期时间", "End", "2026-11-24 24:00"),
        Tag("状态", "进行中、已暂停、按时完成或超期完成", "State", "进行中"),
    )),
    Tag("经过", "处理经过，从早到晚", "What happened, in order", fields=(
        Tag("时间", "时间", "When", "2026-11-09 10:05"),
        Tag("人员", "谁", "Who", "王小雨（网点受理员，解放路支行）"),
        Tag("事项", "做了什么", "What", "登记了投诉"),
    )),
    Tag("登记栏目", "本方案包在登记时另外问的栏目", "What this pack asks beside the common fields", fields=(
        Tag("名称", "栏目名称", "Field", "订单号"),
        Tag("内容", "填写的内容", "Value", "A20261109"),
    )),
)  # fmt: skip

TAGS: dict[str, Tag] = {tag.name: tag for tag in (*_CASE, *_HANDLING, *_PAPER, *_LISTS)}


def lists() -> Iterator[Tag]:
    """The tags that stand for several rows."""
    return (tag for tag in TAGS.values() if tag.fields)


def singles() -> Iterator[Tag]:
    """The tags that stand for one value."""
    return (tag for tag in TAGS.values() if not tag.fields)


def samples() -> dict[str, Any]:
    """A value for every tag, lists with two rows: what a template is tried with."""
    values: dict[str, Any] = {tag.name: tag.sample for tag in singles()}
    return values | {tag.name: [{field.name: field.sample for field in tag.fields}] * 2 for tag in lists()}
