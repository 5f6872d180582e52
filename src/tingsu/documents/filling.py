"""A Word template filled with values: one docxtpl pass under the templates' own small language."""

from __future__ import annotations

import io
import re
from typing import Any
from xml.parsers.expat import ExpatError

from docxtpl import DocxTemplate
from jinja2 import TemplateError
from lxml.etree import LxmlError

from tingsu.documents.errors import TemplateRefused
from tingsu.documents.language import FormEnvironment
from tingsu.documents.package_safety import check_package
from tingsu.documents.tags import TAGS, samples

_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")  # XML has no way to write these
_LEFT = re.compile(r"{[{%]|[%}]}")
PARAGRAPH = "\a"  # docxtpl begins a new paragraph, with the properties of this one, where it finds this


def fill(template: bytes, values: dict[str, Any]) -> bytes:
    """The template with every tag replaced. Texts are escaped; line breaks in them become paragraphs.

    Raises TemplateRefused if the template holds anything but tags, if and rows.
    """
    return _render(template, values, FormEnvironment())


def check_template(template: bytes) -> None:
    """Pass if this is a plain Word file whose tags are all known and which can be filled and opened.

    Tries it with a sample of every tag and with nothing at all. Raises TemplateRefused with every mistake.
    """
    check_package(template)
    gathering = FormEnvironment(gather=True)
    _render(template, samples(), gathering)
    if gathering.mistakes:
        raise TemplateRefused(gathering.mistakes)
    for values in (samples(), empty()):
        left = _LEFT.search(words_of(fill(template, values)))
        if left:
            raise TemplateRefused([f"填好之后还留着“{left.group()}”，有标签没有写完整"])


def tags_in(template: bytes) -> set[str]:
    """The names of the tags a template that passed ``check_template`` asks for."""
    return set(DocxTemplate(io.BytesIO(template)).get_undeclared_template_variables())


def empty() -> dict[str, Any]:
    """Every tag, without a value."""
    return {tag.name: [] if tag.fields else "" for tag in TAGS.values()}


def words_of(document: bytes) -> str:
    """The text of a Word file, headers and footers too, a line a paragraph."""
    import docx

    opened = docx.Document(io.BytesIO(document))
    areas = [opened.element.body]
    areas += [area._element for section in opened.sections for area in (section.header, section.footer)]
    mark = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    rows = (paragraph for area in areas for paragraph in area.iter(f"{mark}p"))
    return "\n".join("".join(text.text or "" for text in row.iter(f"{mark}t")) for row in rows)


def _render(template: bytes, values: dict[str, Any], environment: FormEnvironment) -> bytes:
    filled = io.BytesIO()
    try:
        document = DocxTemplate(io.BytesIO(template))
        document.render(_clean(values), jinja_env=environment)
        if environment.mistakes:
            return b""
        document.save(filled)
    except TemplateRefused:
        raise
    except TemplateError as error:
        raise TemplateRefused([f"标签写法不对（{error.message}）"]) from error
    except (LxmlError, ExpatError, KeyError, ValueError, AttributeError, IndexError, TypeError) as error:
        # What python-docx and docxtpl run into when a file is no sound Word file, or a tag tears its table apart.
        if environment.mistakes:
            return b""
        raise TemplateRefused(["这份 Word 文件填不进去，多半是标签跨了表格或段落"]) from error
    return filled.getvalue()


def _clean(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _clean(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_clean(part) for part in value]
    plain = _UNWRITABLE.sub("", str(value).replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    return plain.strip("\n").replace("\n", PARAGRAPH)
