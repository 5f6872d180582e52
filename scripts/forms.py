"""Makes the shipped Word templates: `python scripts/forms.py` writes them into src/tingsu/packs/data/shared/forms.

Each is an ordinary Word file of headings and tables with tags in it; a site changes its own copy in Word.
"""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

TARGET = Path(__file__).resolve().parents[1] / "src/tingsu/packs/data/shared/forms"
SONG, HEI = "宋体", "黑体"
WIDTH = 17.0  # cm between the margins of A4
LABEL = 2.6  # cm
MADE = datetime(2026, 1, 1, tzinfo=UTC)  # the same bytes at every run

Pair = tuple[str, str]


class Paper:
    """One form under construction."""

    def __init__(self, title: str, *, number: str = "编号：{{ 编号 }}") -> None:
        self.word = Document()
        self._prepare(title)
        self.heading(title)
        if number:
            self.line(number, align=WD_ALIGN_PARAGRAPH.RIGHT)

    def _prepare(self, title: str) -> None:
        section = self.word.sections[0]
        section.page_width, section.page_height = Cm(21.0), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.0)
        section.top_margin, section.bottom_margin = Cm(2.2), Cm(2.0)
        normal = self.word.styles["Normal"]
        normal.font.size = Pt(10.5)
        normal.paragraph_format.space_after = Pt(0)
        _set_face(normal.element.get_or_add_rPr(), SONG)
        core = self.word.core_properties
        core.title, core.author, core.comments, core.language = title, "", "", "zh-CN"
        core.created = core.modified = MADE
        footer = section.footer.paragraphs[0]
        footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
        self._small(footer, "{{ 遮盖说明 }}　{{ 制作人 }} 制作于 {{ 制作时间 }}　第 ")
        _add_field(footer, "PAGE")
        self._small(footer, " 页，共 ")
        _add_field(footer, "NUMPAGES")
        self._small(footer, " 页")

    def _small(self, paragraph: Any, text: str) -> None:
        paragraph.add_run(text).font.size = Pt(8)

    def heading(self, text: str) -> None:
        paragraph = self.word.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.space_after = Pt(8)
        run = paragraph.add_run(text)
        run.font.size = Pt(18)
        _set_face(run._element.get_or_add_rPr(), HEI)

    def part(self, text: str, *, size: float = 10.5) -> None:
        """A heading between parts of a letter or above a table."""
        paragraph = self.word.add_paragraph()
        paragraph.paragraph_format.space_before = Pt(8)
        paragraph.paragraph_format.space_after = Pt(4)
        paragraph.paragraph_format.keep_with_next = True
        run = paragraph.add_run(text)
        run.font.size = Pt(size)
        _set_face(run._element.get_or_add_rPr(), HEI)

    def line(
        self, text: str, *, align: Any = None, indent: bool = False, size: float = 10.5, before: float = 0
    ) -> None:
        paragraph = self.word.add_paragraph()
        paragraph.alignment = align
        paragraph.paragraph_format.line_spacing = 1.3
        paragraph.paragraph_format.space_before = Pt(before)
        if indent:
            paragraph.paragraph_format.first_line_indent = Pt(2 * size)
        paragraph.add_run(text).font.size = Pt(size)

    def facts(self, *rows: Sequence[Pair], tall: dict[str, float] | None = None) -> None:
        """A table of labels and values: one or two pairs a row; ``tall`` gives a label's row a least height in cm."""
        table = self._table([LABEL, WIDTH / 2 - LABEL, LABEL, WIDTH / 2 - LABEL])
        for pairs in rows:
            row = table.add_row()
            for place, (label, value) in enumerate(pairs):
                _write(row.cells[2 * place], label, label=True)
                cell = row.cells[1] if len(pairs) > 1 or place else row.cells[1].merge(row.cells[3])
                _write(row.cells[2 * place + 1] if len(pairs) > 1 else cell, value)
            if height := (tall or {}).get(pairs[0][0]):
                row.height = Cm(height)
            else:
                _no_break(row)

    def listing(self, rows: str, said: str) -> None:
        """A table with a row for each member of the list ``rows``.

        ``said`` are its columns, "header field width | …" in cm; where the field is named like the header, only one.
        """
        columns = [(words[0], words[-2], float(words[-1])) for words in map(str.split, said.split("|"))]
        table = self._table([width for _, _, width in columns])
        head = table.add_row()
        _no_break(head)
        head._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        for cell, (header, _, _) in zip(head.cells, columns, strict=True):
            _write(cell, header, label=True)
        _write(table.add_row().cells[0], f"{{%tr for 项 in {rows} %}}")
        for cell, (_, field, _) in zip(table.add_row().cells, columns, strict=True):
            _write(cell, f"{{{{ 项.{field} }}}}")
        _write(table.add_row().cells[0], "{%tr endfor %}")

    def signatures(self, *names: str) -> None:
        table = self.word.add_table(rows=1, cols=len(names))
        for cell, name in zip(table.rows[0].cells, names, strict=True):
            cell.paragraphs[0].paragraph_format.space_before = Pt(22)
            cell.paragraphs[0].add_run(name)

    def _table(self, widths: Sequence[float]) -> Any:
        table = self.word.add_table(rows=0, cols=len(widths), style="Table Grid")
        table.autofit = False
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Cm(width)
        return table

    def save(self) -> bytes:
        made = io.BytesIO()
        self.word.save(made)
        return _same_every_time(made.getvalue())


def _write(cell: Any, text: str, *, label: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
    run = paragraph.add_run(text)
    if label:
        _set_face(run._element.get_or_add_rPr(), HEI)
        shade = OxmlElement("w:shd")
        for name, value in (("val", "clear"), ("color", "auto"), ("fill", "F2F2F2")):
            shade.set(qn(f"w:{name}"), value)
        cell._tc.get_or_add_tcPr().append(shade)


def _set_face(properties: Any, face: str) -> None:
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    for name in list(fonts.attrib):
        del fonts.attrib[name]
    for name in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{name}"), face)


def _add_field(paragraph: Any, code: str) -> None:
    for kind, text in (("begin", ""), ("", code), ("separate", ""), ("text", "1"), ("end", "")):
        run = paragraph.add_run()
        run.font.size = Pt(8)
        if kind == "text":
            run.text = text
        elif kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)
        else:
            words = OxmlElement("w:instrText")
            words.text = f" {text} "
            run._r.append(words)


def _no_break(row: Any) -> None:
    row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))


def _same_every_time(content: bytes) -> bytes:
    """The same package without the dates of its making."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as new,
    ):
        for info in old.infolist():
            new.writestr(zipfile.ZipInfo(info.filename, (2026, 1, 1, 0, 0, 0)), old.read(info), zipfile.ZIP_DEFLATED, 9)
    return made.getvalue()


WHO = (("投诉人", "{{ 投诉人 }}"), ("职业", "{{ 职业 }}"))
REACH = (("联系电话", "{{ 联系电话 }}"), ("地址", "{{ 地址 }}"))
HEARD = (("受理渠道", "{{ 渠道 }}"), ("收到时间", "{{ 收到时间 }}"))
TAKEN = (("登记人", "{{ 登记人 }}"), ("登记机构", "{{ 登记机构 }}"))
OPTIONS = "序号 1.4 | 方式 2.6 | 内容 8.4 | 金额（元） 金额 2.6 | 推荐 2.0"


def register() -> Paper:
    paper = Paper("客户投诉登记表")
    paper.facts(
        HEARD, TAKEN, WHO, REACH,
        (("证件号码", "{{ 证件号码 }}"), ("账号", "{{ 账号 }}")),
        (("被投诉机构", "{{ 被投诉机构 }}"), ("被投诉人", "{{ 被投诉人 }}")),
        (("事由", "{{ 标题 }}"),), (("关键点", "{{ 关键点 }}"),), (("投诉内容", "{{ 投诉内容 }}"),),
        (("客户诉求", "{{ 诉求 }}"),), (("业务类别", "{{ 业务类别 }}"), ("投诉原因", "{{ 投诉原因 }}")),
        tall={"投诉内容": 6.0, "关键点": 1.6, "客户诉求": 1.6},
    )  # fmt: skip
    paper.signatures("首问责任人签字：", "投诉人签字（选签）：")
    return paper


def record() -> Paper:
    paper = Paper("投诉记录表")
    paper.facts(
        (("投诉人", "{{ 投诉人 }}"), ("联系电话", "{{ 联系电话 }}")),
        (("投诉时间", "{{ 收到时间 }}"), ("受理渠道", "{{ 渠道 }}")),
        (("投诉对象", "{{ 投诉对象 }}"),), (("投诉内容", "{{ 投诉内容 }}"),), (("投诉要求", "{{ 诉求 }}"),),
        (("记录人", "{{ 登记人 }}"), ("记录时间", "{{ 登记时间 }}")),
        tall={"投诉内容": 8.0, "投诉要求": 2.0},
    )  # fmt: skip
    paper.signatures("记录人签字：", "部门负责人签字：")
    return paper


def record_slip() -> Paper:
    paper = Paper("客户投诉记录单")
    paper.facts(
        (("客户名称", "{{ 投诉人 }}"), ("联系方式", "{{ 联系电话 }}")),
        (("投诉方式", "{{ 渠道 }}"), ("投诉时间", "{{ 收到时间 }}")),
        (("投诉对象", "{{ 投诉对象 }}"),), (("投诉事项", "{{ 标题 }}"),), (("投诉内容", "{{ 投诉内容 }}"),),
        (("客户要求", "{{ 诉求 }}"),), (("责任判断", "{{ 认定 }}　{{ 认定理由 }}"),),
        (("转办部门", "{{ 主办部门 }}"), ("办理期限", "{{ 办理期限 }}")), TAKEN,
        tall={"投诉内容": 6.0, "责任判断": 2.4},
    )  # fmt: skip
    paper.signatures("记录人签字：", "客户服务主管签字：")
    return paper


def handling() -> Paper:
    paper = Paper("客户投诉处理单")
    paper.facts(
        HEARD, TAKEN, WHO, REACH,
        (("投诉对象", "{{ 投诉对象 }}"),), (("事由", "{{ 标题 }}{% if 关键点 %}（关键点：{{ 关键点 }}）{% endif %}"),),
        (("投诉内容", "{{ 投诉内容 }}"),), (("客户诉求", "{{ 诉求 }}"), ("业务类别", "{{ 业务类别 }}")),
        (("认定", "{{ 认定 }}　{{ 认定理由 }}"),),
        (("主办部门", "{{ 主办部门 }}"), ("协办部门", "{{ 协办部门 }}")),
        (("查明的事实", "{{ 查明的事实 }}"),),
        (("责任判定", "{{ 责任判定 }} {{ 差错类型 }}"), ("责任归属", "{{ 责任单位 }} {{ 责任人 }}")),
        (("答复客户", "{{ 答复内容 }}{% if 答复时间 %}（{{ 答复时间 }}）{% endif %}"),),
        (("总结与改善", "{{ 总结 }} {{ 改善对策 }}"),),
        (("证据", "共 {{ 证据份数 }} 份，见《证据清单》"), ("办理期限", "{{ 办理期限 }}")),
        tall={"投诉内容": 3.2, "查明的事实": 2.4, "答复客户": 2.0},
    )  # fmt: skip
    paper.part("处理方案")
    paper.listing("方案", OPTIONS)
    paper.part("主管批示")
    paper.listing("审批", "级别 3.2 | 结果 1.8 | 批示人 2.4 | 批示时间 4.0 | 意见 5.6")
    paper.part("回访")
    paper.listing("回访", "时间 4.0 | 回访人 2.4 | 结果 2.4 | 满意度 2.2 | 意见 6.0")
    paper.line("本单副本送达相关责任人，责任人签收后按部门流程调查，并在期限内回报。", before=10)
    paper.signatures("经办人签字：", "责任人签收：", "部门负责人签字：", "客户签字（选签）：")
    return paper


def grievance() -> Paper:
    paper = Paper("用户抱怨处理表")
    paper.facts(
        (("用户名称", "{{ 投诉人 }}"), ("联系方式", "{{ 联系电话 }}")),
        (("抱怨时间", "{{ 收到时间 }}"), ("反映渠道", "{{ 渠道 }}")),
        (("抱怨内容", "{{ 投诉内容 }}"),), (("用户要求", "{{ 诉求 }}"),),
        (("抱怨原因", "{{ 投诉原因 }} {{ 成因 }}"), ("责任部门", "{{ 主办部门 }}")),
        (("调查情况", "{{ 查明的事实 }}"),), (("处理措施", "{{ 处理方案 }}"),), (("处理结果", "{{ 答复内容 }}"),),
        (("满意度", "{{ 满意度 }}"), ("结案时间", "{{ 办结时间 }}")), (("预防办法", "{{ 改善对策 }}"),),
        tall={"抱怨内容": 4.0, "调查情况": 3.0, "处理措施": 2.0, "处理结果": 2.4, "预防办法": 2.0},
    )  # fmt: skip
    paper.signatures("客户管理员签字：", "部门经理签字：")
    return paper


def anomaly() -> Paper:
    paper = Paper("异常处理单")
    paper.line("适用于客户反映异常、未造成损失的情形，送有关单位改善。", size=9)
    paper.facts(
        (("反映客户", "{{ 投诉人 }}"), ("反映时间", "{{ 收到时间 }}")), TAKEN,
        (("送交单位", "{{ 主办部门 }}"), ("完成期限", "{{ 办理期限 }}")),
        (("异常事项", "{{ 标题 }}"),), (("异常情形", "{{ 投诉内容 }}"),), (("原因分析", "{{ 查明的事实 }}"),),
        (("成因", "{{ 成因 }}"), ("责任单位", "{{ 责任单位 }}")), (("改善对策", "{{ 改善对策 }}"),),
        (("改善结果", "{{ 总结 }}"),),
        tall={"异常情形": 4.4, "原因分析": 3.4, "改善对策": 3.0, "改善结果": 2.4},
    )  # fmt: skip
    paper.line("{%p if 登记栏目 %}")
    paper.part("产品与订单")
    paper.listing("登记栏目", "栏目 名称 5.0 | 内容 12.0")
    paper.line("{%p endif %}")
    paper.signatures("填报人签字：", "改善单位签字：", "确认人签字：")
    return paper


def ticket() -> Paper:
    paper = Paper("投诉工单")
    paper.facts(
        HEARD, (("客户", "{{ 投诉人 }}"), ("联系电话", "{{ 联系电话 }}")),
        (("难易", "{{ 难易 }}"), ("现处环节", "{{ 环节 }}")),
        (("升级风险", "{{ 升级风险 }}"), ("客户情绪", "{{ 情绪 }}")),
        (("业务类别", "{{ 业务类别 }}"), ("投诉原因", "{{ 投诉原因 }}")),
        (("事由", "{{ 标题 }}"),), (("投诉内容", "{{ 投诉内容 }}"),), (("客户诉求", "{{ 诉求 }}"),),
        (("初步解释", "{{ 认定 }}　{{ 认定理由 }}"),), (("经办人", "{{ 经办人 }}"), ("主办部门", "{{ 主办部门 }}")),
        tall={"投诉内容": 3.0},
    )  # fmt: skip
    paper.part("时限")
    paper.listing("时限", "时限 名称 8.0 | 到期 5.4 | 状态 3.6")
    paper.part("处理经过")
    paper.listing("经过", "时间 4.6 | 人员 6.6 | 事项 5.8")
    return paper


def opinion() -> Paper:
    paper = Paper("顾客意见表")
    paper.line("感谢您抽出时间。您的意见会由专人阅读，并在约定时间内给您回音。", indent=True)
    paper.facts(
        (("服务机构", "{{ 被投诉机构 }}"), ("日期", "{{ 收到日期 }}")),
        (("顾客", "{{ 投诉人 }}"), ("联系电话", "{{ 联系电话 }}")), (("事项", "{{ 标题 }}"),),
        (("您的意见", "{{ 投诉内容 }}"),), (("您的要求", "{{ 诉求 }}"),), (("我们的处理", "{{ 处理决定 }}"),),
        (("是否满意", "□ 满意　　□ 基本认可　　□ 不满意　　□ 暂不评价"),), (("补充意见", ""),),
        tall={"您的意见": 5.0, "您的要求": 1.8, "我们的处理": 2.6, "补充意见": 3.4},
    )  # fmt: skip
    paper.signatures("顾客签字：", "日期：")
    return paper


def evidence() -> Paper:
    paper = Paper("证据清单")
    paper.facts((("事由", "{{ 标题 }}"),), (("投诉人", "{{ 投诉人 }}"), ("收到时间", "{{ 收到时间 }}")))
    paper.part("证据共 {{ 证据份数 }} 份，按提交先后编号")
    paper.listing("证据", "编号 序号 1.3 | 文件名 名称 4.2 | 大小 1.9 | 提交人 2.0 | 提交时间 3.0 | SHA-256 校验值 4.6")
    note = "SHA-256 是文件内容的校验值：文件改动一个字节，校验值就会不同。核对时对原文件重新计算，与上表比对。"
    paper.line(note, size=9, before=6)
    paper.signatures("整理人签字：", "复核人签字：")
    return paper


BANK_WAYS = (
    "（一）核查：在规定期限内，向作出本决定的机构的上级机构或其消费者权益保护部门申请核查。",
    "（二）调解：向当地金融消费纠纷调解组织或其他依法设立的调解组织申请调解。",
)
TRADE_WAYS = (
    "（一）复核：向我们公司的上一级提出，由没有参加过本次处理的人复核。",
    "（二）调解：请消费者协会、行业协会或其他依法设立的调解组织调解。",
)


def decision(ways: Sequence[str] = BANK_WAYS) -> Paper:
    right = WD_ALIGN_PARAGRAPH.RIGHT
    paper = Paper("投诉处理决定告知书", number="{{ 机构名称 }}〔{{ 编号 }}〕")
    say = partial(paper.line, align=WD_ALIGN_PARAGRAPH.JUSTIFY, indent=True, size=12)
    paper.line("{{ 投诉人 }}：", size=12, before=6)
    say("您于{{ 收到日期 }}就“{{ 标题 }}”提出的投诉，我们已经调查处理。现将处理决定告知如下。")
    for head, tag in (
        ("一、查明的事实", "{% if 查明的事实 %}{{ 查明的事实 }}{% else %}{{ 认定理由 }}{% endif %}"),
        ("二、认定与依据", "您的投诉经认定为：{{ 认定 }}。{{ 认定理由 }}"),
        ("三、处理决定", "{{ 处理决定 }}"),
    ):
        paper.part(head, size=12)
        say(tag)
    paper.part("四、不满意时的途径", size=12)
    say("如您对以上处理决定不满意，可以选择以下途径：")
    for way in ways:
        say(way)
    say("（三）仲裁：双方有仲裁协议的，向约定的仲裁机构申请仲裁。")
    say("（四）诉讼：向有管辖权的人民法院提起诉讼。")
    say("感谢您的监督。如对本告知书有疑问，请与经办人{{ 经办人 }}联系。")
    paper.line("{{ 机构名称 }}（盖章）", align=right, size=12, before=28)
    paper.line("{{ 今天 }}", align=right, size=12)
    return paper


PAPERS = (register, record, record_slip, handling, grievance, anomaly, ticket, opinion, evidence)
FORMS: dict[str, Callable[[], Paper]] = {form.__name__: form for form in (*PAPERS, decision)}
FORMS["decision_trade"] = partial(decision, TRADE_WAYS)  # to customers of other trades than banks other ways lie open


def main(target: Path = TARGET) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for name, make in FORMS.items():
        (target / f"{name}.docx").write_bytes(make().save())
    sys.stdout.write(f"{len(FORMS)} templates → {target}\n")


if __name__ == "__main__":
    main()
