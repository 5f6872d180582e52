"""The words a reading is made of: every label of every facet, in the order they are counted (``corpus/GUIDE.md``)."""

from __future__ import annotations

YES, NO = "yes", "no"
OTHER = "其他"
BUSINESSES = (
    "借记卡",
    "信用卡",
    "贷款",
    "支付结算",
    "债务催收",
    "外汇",
    "人民币储蓄",
    "银行代理",
    "其他中间业务",
    "个人金融信息",
    "贵金属",
    "人民币管理",
    "自营理财",
    "国库",
    OTHER,
)
CAUSES = (
    "服务态度及质量",
    "设施设备系统",
    "制度规则流程",
    "营销方式",
    "信息披露",
    "自主选择权",
    "定价收费",
    "产品收益",
    "合同条款",
    "资金安全",
    "信息安全",
    "债务催收",
    OTHER,
)
EMOTIONS = ("0", "1", "2", "3")
NEEDS = ("求解决", "求发泄", "求尊重", "求补偿")
DEMANDS = (
    "退款",
    "赔偿",
    "道歉",
    "解释",
    "处理责任人",
    "办理业务",
    "修复改进",
    "减免息费",
    "停止侵扰",
    "删除或更正信息",
    OTHER,
)
RISKS = ("监管", "媒体舆情", "司法", "信访", "群体", "过激", "特殊群体", "流失")
ROOTS = ("期望过高", "沟通不畅", "质量不稳定", "制度缺陷", "客户情绪")  # why the gap arose (source 004)
FAILURES = ("员工", "系统", "其他客户", "不可抗力", "无")  # what failed (source 000)
SINGLE = {
    "complaint": (YES, NO),
    "business": BUSINESSES,
    "cause": CAUSES,
    "emotion": EMOTIONS,
    "need": NEEDS,
    "root": ROOTS,
    "failure": FAILURES,
    "latent": (YES, NO),
}
SEVERAL = {"demand": DEMANDS, "risk": RISKS}
