"""A site's own templates come back with its backup; those they replace stay beside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.documents.conftest import word
from tests.make import Bank
from tingsu.documents.templates import change_template, find_form, papers, template_of, versions
from tingsu.keeping.backup import back_up
from tingsu.keeping.restore import restore


def test_the_sites_templates_and_their_versions_come_back(lasting_bank: Bank, tmp_path: Path, settings: Any) -> None:
    settings.TINGSU_HOME = tmp_path / "home"
    settings.TINGSU_HOME.mkdir()
    (settings.TINGSU_HOME / "audit.key").write_text(str(settings.AUDIT_KEY))
    form = find_form(papers("bank"), "ticket")
    first = change_template(
        "ticket", word("甲"), pack="bank", by=lasting_bank.admin, seen=template_of(form, "bank").sha256
    )
    second = change_template("ticket", word("乙"), pack="bank", by=lasting_bank.admin, seen=first.sha256)
    back_up(tmp_path / "site.tar.gz")
    third = change_template("ticket", word("丙"), pack="bank", by=lasting_bank.admin, seen=second.sha256)
    restore(tmp_path / "site.tar.gz", replace=True)
    assert template_of(form, "bank").content == second.content
    assert [version.number for version in versions(form, "bank")] == [2, 1]
    aside = settings.FORMS_ROOT.with_name("forms.before-restore")
    assert (aside / "bank/ticket.docx").read_bytes() == third.content
