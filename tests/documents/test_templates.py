"""A site's own templates: tried before they count, refused with every reason, kept in versions, logged."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.documents.conftest import SHIPPED, with_part, word
from tests.make import Bank, case
from tingsu.documents.errors import NoSuchForm, TemplateChanged, TemplateRefused
from tingsu.documents.filling import check_template, empty, fill, words_of
from tingsu.documents.package_safety import LARGEST, unprinted
from tingsu.documents.producing import make_document
from tingsu.documents.tags import TAGS, samples
from tingsu.documents.templates import (
    change_template,
    find_form,
    papers,
    restore_shipped,
    template_of,
    use_version,
    versions,
)
from tingsu.org.access_log import verify_access_log
from tingsu.org.models import AccessEntry, User
from tingsu.org.permissions import NotAllowed

SignIn = Callable[[User], Client]
ATTACKS = [
    "{{ ''.__class__.__mro__[1].__subclasses__() }}", "{{ 编号.__class__ }}", "{{ self.__init__.__globals__ }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}", "{{ request }}", "{% for x in range(999999999) %}x{% endfor %}",
    "{{ 'x' * 99999999 }}", "{{ 编号|attr('__class__') }}", "{{ 编号|safe }}", "{% include '/etc/passwd' %}",
    "{% import 'os' as o %}", "{% set x = 1 %}", "{{ 证据[0] }}", "{{ 编号.format(1) }}", "{% macro a() %}{% endmacro %}",
    "{% for a in 证据 %}{% for b in 证据 %}{{ b.名称 }}{% endfor %}{% endfor %}", "{% for a in 证据 recursive %}{% endfor %}",
    "{{ [].append(1) }}", "{{ {}.keys() }}", "{{ loop }}", "{{ 编号 ~ cycler }}", "{{ '%s'|format(编号) }}", "{{ 2 ** 999999 }}",
]  # fmt: skip


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.docx")), ids=lambda path: path.stem)
def test_every_shipped_template_passes_its_own_check(path: Path) -> None:
    check_template(path.read_bytes())
    assert unprinted(path.read_bytes()) == []


def test_the_shipped_templates_are_what_the_script_makes(tmp_path: Path) -> None:
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location("forms", SHIPPED.parents[5] / "scripts/forms.py")
    assert spec and spec.loader
    script = module_from_spec(spec)
    spec.loader.exec_module(script)
    script.main(tmp_path)
    names = sorted(path.name for path in SHIPPED.glob("*.docx"))
    assert names == sorted(path.name for path in tmp_path.glob("*.docx"))
    for name in names:
        with zipfile.ZipFile(SHIPPED / name) as shipped, zipfile.ZipFile(tmp_path / name) as made:
            assert shipped.namelist() == made.namelist()
            assert all(shipped.read(part) == made.read(part) for part in shipped.namelist()), name


def test_the_documents_page_names_only_tags_there_are() -> None:
    page = (SHIPPED.parents[5] / "docs/documents.md").read_text(encoding="utf-8")
    named = set(re.findall(r"{{ (\w+) }}", page)) | set(re.findall(r"for 项 in (\w+)", page))
    assert len(named) > 40 and named <= TAGS.keys()
    assert set(re.findall(r"项\.(\w+)", page)) <= {field.name for field in TAGS["证据"].fields}


def test_every_tag_of_the_list_can_be_used() -> None:
    lines = [f"{{{{ {tag.name} }}}}" for tag in TAGS.values() if not tag.fields]
    for tag in TAGS.values():
        if tag.fields:
            lines.append(
                f"{{% for 项 in {tag.name} %}}" + "".join(f"{{{{ 项.{f.name} }}}}" for f in tag.fields) + "{% endfor %}"
            )
    check_template(word(*lines))
    assert samples().keys() == empty().keys() == TAGS.keys()


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_template_that_tries_more_than_tags_is_refused_before_it_runs(attack: str) -> None:
    with pytest.raises(TemplateRefused):
        check_template(word("编号 {{ 编号 }}", attack))
    with pytest.raises(TemplateRefused):
        fill(word(attack), samples())  # also when it lies in the folder already


def test_attacks_in_header_and_properties_are_refused_too() -> None:
    import docx

    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = ATTACKS[0]
    made = io.BytesIO()
    document.save(made)
    with pytest.raises(TemplateRefused):
        check_template(made.getvalue())
    document = docx.Document()
    document.core_properties.title = ATTACKS[0]
    made = io.BytesIO()
    document.save(made)
    with pytest.raises(TemplateRefused):
        check_template(made.getvalue())


def test_unknown_and_unfinished_tags_are_named() -> None:
    with pytest.raises(TemplateRefused) as refused:
        check_template(word("{{ 姓名 }}", "{{ 编号 }} {{ 电话 }}", "{% for 项 in 证据 %}{{ 项.文件 }}{% endfor %}"))
    assert refused.value.mistakes == [
        "没有名为「姓名」的标签",
        "没有名为「电话」的标签",
        "清单「证据」里没有「文件」这一项",
    ]
    for broken in ("{{ 编号 ", "{% if 编号 %}没有结束", "{{ 编号 }", "{% for 项 in 证据 %}{{ 项.名称 }}"):
        with pytest.raises(TemplateRefused):
            check_template(word(broken))
    with pytest.raises(TemplateRefused, match="要用 for 逐项写出"):
        check_template(word("{{ 证据 }}"))


def test_word_files_with_more_than_words_in_them_are_refused() -> None:
    plain = word("{{ 编号 }}")
    relation = '<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" Target="http://example.com/x" TargetMode="External"/></Relationships>'
    rels = "word/_rels/document.xml.rels"

    def linked(kind: str) -> bytes:
        return with_part(plain, rels, lambda old: old.replace(b"</Relationships>", relation.format(kind).encode()))

    def in_body(mark: str) -> bytes:
        return with_part(plain, "word/document.xml", lambda old: old.replace(b"<w:body>", f"<w:body>{mark}".encode()))

    bad = {
        "宏或嵌入": with_part(plain, "word/vbaProject.bin", b"x"),
        "嵌入的对象": with_part(plain, "word/embeddings/oleObject1.bin", b"x"),
        "带宏": with_part(plain, "[Content_Types].xml", lambda old: old.replace(b"officedocument.wordprocessingml.document.main", b"ms-word.document.macroEnabled.main").replace(b"vnd.openxmlformats-ms-word", b"vnd.ms-word")),
        "引用了别处": linked("image"),
        "别处的内容": linked("attachedTemplate"),
        "会去取别处": in_body('<w:p><w:r><w:instrText> INCLUDETEXT "c:\\\\x" </w:instrText></w:r></w:p>'),
        "不该有的声明": with_part(plain, "word/document.xml", lambda old: old.replace(b"?>", b'?><!DOCTYPE w [<!ENTITY a "b">]>', 1)),
        "不是 .docx": b"\xd0\xcf\x11\xe0" + b"x" * 600,
        "不是 Word": with_part(word(), "word/document.xml", b"").replace(b"word/document.xml", b"wort/document.xml"),
        "超过": b"x" * (LARGEST + 1),
    }  # fmt: skip
    for why, content in bad.items():
        with pytest.raises(TemplateRefused, match=why):
            check_template(content)
    check_template(linked("hyperlink"))


def test_a_bomb_is_refused_by_what_comes_out_not_by_what_it_says() -> None:
    bomb = with_part(word("x"), "word/media/big.png", b"\0" * (60 << 20))
    assert len(bomb) < LARGEST
    with pytest.raises(TemplateRefused, match="解开后超过"):
        check_template(bomb)


def test_a_changed_template_is_used_kept_logged_and_taken_back(bank: Bank) -> None:
    made = case(bank)
    form = find_form(papers("bank"), "handling")
    shipped = template_of(form, "bank")
    assert (shipped.version, shipped.own) == (0, False)
    first = change_template("handling", word("甲 {{ 编号 }}"), pack="bank", by=bank.admin, seen=shipped.sha256)
    assert first.version == 1
    assert words_of(make_document(made, "handling", "docx", by=bank.clerk).content).strip() == f"甲 {made.number}"
    second = change_template("handling", word("乙 {{ 编号 }}"), pack="bank", by=bank.admin, seen=first.sha256)
    third = use_version("handling", 1, pack="bank", by=bank.admin, seen=second.sha256)
    assert third.version == 3 and third.content == first.content
    back = restore_shipped("handling", pack="bank", by=bank.admin, seen=third.sha256)
    assert back.content == shipped.content
    assert [(v.number, v.by_name) for v in versions(form, "bank")] == [(3, "何平"), (2, "何平"), (1, "何平")]
    logged = list(AccessEntry.objects.filter(what="form").order_by("seq").values_list("detail", flat=True))
    assert [(d["done"], d.get("version")) for d in logged] == [
        ("change", 1),
        ("change", 2),
        ("change", 3),
        ("shipped", None),
    ]
    assert list(verify_access_log()) == []


def test_two_people_changing_one_template_do_not_overwrite_each_other(bank: Bank) -> None:
    seen = template_of(find_form(papers("bank"), "ticket"), "bank").sha256
    change_template("ticket", word("甲"), pack="bank", by=bank.admin, seen=seen)
    with pytest.raises(TemplateChanged):
        change_template("ticket", word("乙"), pack="bank", by=bank.admin, seen=seen)
    with pytest.raises(TemplateChanged):
        restore_shipped("ticket", pack="bank", by=bank.admin, seen=seen)


def test_only_who_keeps_the_templates_may_change_them_and_a_bad_one_changes_nothing(bank: Bank, tmp_path: Path) -> None:
    seen = template_of(find_form(papers("bank"), "ticket"), "bank").sha256
    for person in (bank.clerk, bank.handler, bank.head):
        with pytest.raises(NotAllowed):
            change_template("ticket", word("甲"), pack="bank", by=person, seen=seen)
    with pytest.raises(TemplateRefused):
        change_template("ticket", word("{{ 甲 }}"), pack="bank", by=bank.admin, seen=seen)
    for pack, form in (("../../x", "ticket"), ("bank", "../ticket"), ("bank", "nothing")):
        with pytest.raises(NoSuchForm):
            change_template(form, word("甲"), pack=pack, by=bank.admin, seen=seen)
    assert not AccessEntry.objects.filter(what="form").exists()
    assert not (tmp_path / "forms").exists()


def test_the_pages_of_templates(bank: Bank, signed_in: SignIn) -> None:
    client = signed_in(bank.admin)
    listed = client.get("/forms/").content.decode()
    assert listed.count("/forms/bank/") == 10 and "自拟" in listed
    page = client.get("/forms/bank/decision/").content.decode()
    assert "{{ 查明的事实 }}" in page and "{%tr for 项 in 证据 %}" in page
    assert client.get("/forms/bank/decision/sample/").content.startswith(b"%PDF")
    content = client.get("/forms/bank/decision/template/").content
    assert content == (SHIPPED / "decision.docx").read_bytes()
    seen = template_of(find_form(papers("bank"), "decision"), "bank").sha256
    bad = SimpleUploadedFile("a.docx", word("{{ 姓名 }}"))
    refused = client.post("/forms/bank/decision/", {"file": bad, "seen": seen})
    assert refused.status_code == 422 and "没有名为「姓名」的标签" in refused.content.decode()
    good = SimpleUploadedFile("a.docx", word("告知 {{ 编号 }}"))
    assert client.post("/forms/bank/decision/", {"file": good, "seen": seen}).status_code == 302
    page = client.get("/forms/bank/decision/").content.decode()
    assert "本站第 1 版" in page and "何平" in page
    assert client.get("/forms/bank/decision/versions/1/").content == word_of(bank)
    now = template_of(find_form(papers("bank"), "decision"), "bank").sha256
    assert client.post("/forms/bank/decision/shipped/", {"seen": now}).status_code == 302
    assert client.post("/forms/bank/decision/versions/1/", {"seen": seen}).status_code == 302
    assert client.get("/forms/bank/decision/versions/9/").status_code == 404


def word_of(bank: Bank) -> bytes:
    return template_of(find_form(papers("bank"), "decision"), "bank").content


def test_the_pages_are_closed_to_others(bank: Bank, signed_in: SignIn) -> None:
    client = signed_in(bank.handler)
    for path in ("", "bank/decision/", "bank/decision/template/", "bank/decision/sample/", "bank/decision/versions/1/"):
        assert client.get(f"/forms/{path}").status_code == 403, path
    seen = template_of(find_form(papers("bank"), "decision"), "bank").sha256
    for path, data in (("", {"file": SimpleUploadedFile("a.docx", word("x"))}), ("shipped/", {}), ("versions/1/", {})):
        assert client.post(f"/forms/bank/decision/{path}", {**data, "seen": seen}).status_code == 403, path
    assert signed_in(bank.admin).get("/forms/none/decision/").status_code == 404
