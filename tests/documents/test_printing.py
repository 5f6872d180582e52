"""The PDF of a Word file: what Word shows, in fonts of our own, with the line breaks Chinese print has."""

from __future__ import annotations

import io
import re
from datetime import datetime
from pathlib import Path

import docx
import pypdf
import pytest
from docx.enum.text import WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.documents.conftest import SHIPPED, word
from tingsu.base.clock import SHANGHAI
from tingsu.documents.filling import fill
from tingsu.documents.printing import fonts
from tingsu.documents.printing.press import Printed, print_document
from tingsu.documents.printing.word import read_sheet
from tingsu.documents.tags import samples

AT = datetime(2026, 11, 22, 9, 0, tzinfo=SHANGHAI)
NOT_FIRST = "，。、；：？！）》」』】”’…"
NOT_LAST = "（《「『【“‘"
TEXT = "柜员说「请等一下」，（还有《须知》）等了两个小时；客户问：“为什么？”没人答复！"


def saved(document: docx.document.Document) -> bytes:
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def pages(printed: Printed) -> list[str]:
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(printed.content)).pages]


def words(printed: Printed) -> str:
    return re.sub(r"\s", "", "".join(pages(printed)))


@pytest.mark.parametrize("indent", range(12))
def test_no_line_begins_or_ends_with_a_mark_that_may_not(indent: int) -> None:
    document = docx.Document()
    document.add_paragraph("字" * indent + TEXT * 6)
    lines = [
        line for page in pages(print_document(saved(document), at=AT)) for line in page.splitlines() if line.strip()
    ]
    assert len(lines) > 3
    assert [line for line in lines if line.strip()[0] in NOT_FIRST] == []
    assert [line for line in lines if line.strip()[-1] in NOT_LAST] == []


def test_only_our_fonts_are_in_it_and_only_what_is_used_of_them() -> None:
    printed = print_document(fill((SHIPPED / "handling.docx").read_bytes(), samples()), at=AT)
    reader = pypdf.PdfReader(io.BytesIO(printed.content))
    names = {
        str(font.get_object()["/BaseFont"]) for page in reader.pages for font in page["/Resources"]["/Font"].values()
    }
    assert {re.sub(r"^/[A-Z]{6}\+", "", name).split("-")[0] for name in names} == {"NotoSerifSC", "NotoSansSC"}
    assert all(re.match(r"/[A-Z]{6}\+", name) for name in names), "subsets"
    assert len(printed.content) < 300_000


def test_pages_are_numbered_and_a_table_repeats_its_head() -> None:
    values = samples()
    values["证据"] = [{**values["证据"][0], "序号": str(n)} for n in range(1, 81)]
    found = pages(print_document(fill((SHIPPED / "evidence.docx").read_bytes(), values), at=AT))
    assert len(found) > 3
    for number, page in enumerate(found, start=1):
        assert f"第{number}页，共{len(found)}页" in re.sub(r"\s", "", page)
        assert "SHA-256" in page


def test_what_a_template_may_hold_is_printed() -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "左页眉\t中\t右页眉"
    document.add_heading("一级标题", 1)
    for line in ("第一点", "第二点"):
        document.add_paragraph(line, style="List Number")
    run = document.add_paragraph().add_run("下划线和红字")
    run.underline = True
    run.font.color.rgb = docx.shared.RGBColor(200, 0, 0)
    table = document.add_table(rows=3, cols=3, style="Table Grid")
    table.cell(0, 0).merge(table.cell(1, 0)).text = "竖并"
    table.cell(0, 1).merge(table.cell(0, 2)).text = "横并"
    table.cell(2, 2).add_table(1, 2).cell(0, 0).text = "表中表"
    table.cell(1, 1).text = "长" * 1500
    document.add_paragraph("分页之前").add_run().add_break(WD_BREAK.PAGE)
    document.add_paragraph("分页之后")
    printed = print_document(saved(document), at=AT)
    told = words(printed)
    for wanted in (
        "左页眉",
        "右页眉",
        "一级标题",
        "1.第一点",
        "2.第二点",
        "下划线和红字",
        "竖并",
        "横并",
        "表中表",
        "分页之前",
    ):
        assert wanted in told
    assert told.count("长") == 1500
    before, after = (
        next(n for n, page in enumerate(pages(printed)) if mark in page) for mark in ("分页之前", "分页之后")
    )
    assert after == before + 1


def test_merged_cells_and_pictures_are_read_as_word_has_them(tmp_path: Path) -> None:
    document = docx.Document()
    table = document.add_table(rows=2, cols=3, style="Table Grid")
    table.cell(0, 0).merge(table.cell(1, 0))
    table.cell(0, 1).merge(table.cell(0, 2))
    png = bytes.fromhex(
        "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c49444154789c63606060000000040001f61738550000000049454e44ae426082"
    )
    document.add_picture(io.BytesIO(png), width=Cm(2))
    sheet = read_sheet(saved(document))
    merged = next(block for block in sheet.blocks if hasattr(block, "rows"))
    assert [(c.column, c.columns, c.rows) for c in merged.rows[0].cells] == [(0, 1, 2), (1, 2, 1)]
    assert [c.column for c in merged.rows[1].cells] == [1, 2]
    assert all(c.borders["top"] == 0.5 for c in merged.rows[0].cells)
    assert (
        "/XObject" in pypdf.PdfReader(io.BytesIO(print_document(saved(document), at=AT).content)).pages[0]["/Resources"]
    )


def test_it_is_fit_for_an_archive() -> None:
    content = print_document(fill((SHIPPED / "decision.docx").read_bytes(), samples()), at=AT).content
    about = pypdf.PdfReader(io.BytesIO(content)).xmp_metadata
    assert about is not None and b"<pdfaid:part>2</pdfaid:part>" in about.stream.get_data()


def test_a_sign_of_a_sites_own_making_does_not_stop_the_printing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "MACHINE", ())
    assert print_document(word("姓名：\ue123"), at=AT).missing == ("\ue123",)
    monkeypatch.setattr(fonts, "unknown_signs", lambda text: set())  # as if a font of the site had it
    assert "姓名" in words(print_document(word("姓名：\ue123"), at=AT))
    assert "葛" in words(print_document(word("葛\U000e0100城"), at=AT))


def test_rare_signs_are_printed_or_named_never_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    content = word("姓名：㛃、龍、臺灣、𠮷田")
    monkeypatch.setattr(fonts, "MACHINE", ())
    printed = print_document(content, at=AT)
    assert printed.missing == ("𠮷",)
    told = words(printed)
    assert "㛃、龍、臺灣、〓田" in told and "U+20BB7" in told


@pytest.mark.skipif(not Path("/usr/share/fonts/opentype/noto").is_dir(), reason="no great font on this machine")
def test_a_sign_the_shipped_fonts_lack_comes_from_the_machine() -> None:
    printed = print_document(word("姓名：𠮷田"), at=AT)
    assert printed.missing == ()
    assert "𠮷田" in words(printed)


def test_a_font_of_the_site_is_used_where_the_template_names_it(settings: object, tmp_path: Path) -> None:
    settings.TINGSU_HOME = tmp_path  # type: ignore[attr-defined]
    fonts.site_folder().mkdir()
    (fonts.site_folder() / "own.otf").write_bytes((fonts.SHIPPED / "NotoSansSC-Regular.otf").read_bytes())
    (fonts.site_folder() / "broken.ttf").write_bytes(b"no font")
    document = docx.Document()
    run = document.add_paragraph().add_run("站点字体")
    properties = run._element.get_or_add_rPr()
    face = OxmlElement("w:rFonts")
    face.set(qn("w:eastAsia"), "Noto Sans SC")
    properties.append(face)
    run.font.size = Pt(14)
    assert "站点字体" in words(print_document(saved(document), at=AT))


@hypothesis_settings(max_examples=25)
@given(
    st.text(
        alphabet=st.characters(exclude_categories=["Cs", "Cc", "Cf", "Co", "Cn", "Zs", "Zl", "Zp", "Mn", "Me", "Mc"]),
        min_size=1,
        max_size=60,
    )
)
def test_any_text_can_be_set(text: str) -> None:
    values = samples() | {"投诉内容": text}
    content = fill((SHIPPED / "record.docx").read_bytes(), values)
    printed = print_document(content, at=AT)
    assert len(pypdf.PdfReader(io.BytesIO(printed.content)).pages) >= 1
