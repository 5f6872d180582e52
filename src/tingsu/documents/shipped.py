"""The templates that come with a pack, and whether they can be filled; asks nothing of a site."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tingsu.documents.errors import TemplateRefused
from tingsu.documents.filling import check_template, tags_in
from tingsu.packs.checks import Mistake
from tingsu.packs.loader import SHIPPED
from tingsu.packs.paper_checks import unfilled_tags
from tingsu.packs.schema import Form, Pack

SHARED = SHIPPED / "shared" / "forms"


def find_template(form: Form, folder: Path | None) -> Path | None:
    """The template of that name in the pack's own ``folder``, else the shared one; None where there is neither."""
    places = [*([folder / "forms"] if folder else []), SHARED]
    return next((place / form.template for place in places if (place / form.template).is_file()), None)


def form_mistakes(pack: Pack, folder: Path) -> Iterator[Mistake]:
    """Every form whose template is missing or cannot be filled, for ``tingsu pack check``."""
    for index, form in enumerate(pack.forms):
        path = find_template(form, folder)
        if path is None:
            yield ("forms", index, "template"), f"找不到模板文件「{form.template}」"
            continue
        try:
            check_template(path.read_bytes())
        except TemplateRefused as error:
            for mistake in error.mistakes:
                yield ("forms", index, "template"), f"模板「{form.template}」：{mistake}"
            continue
        if path.parent != SHARED:  # a shared one serves packs of every kind and leaves blank what is not kept
            for tag in unfilled_tags(pack, tags_in(path.read_bytes())):
                yield ("forms", index, "template"), f"模板「{form.template}」：没有哪个办理事项会填「{tag}」"
