"""The unit that handles a class at this site: who may set it, that it is on record, and that nobody overwrites unseen."""

from __future__ import annotations

import pytest

from tests.make import Bank
from tingsu.org.access_log import verify_access_log
from tingsu.org.desks import desks, set_desk
from tingsu.org.managing import ChangedMeanwhile
from tingsu.org.models import AccessEntry
from tingsu.org.permissions import NotAllowed
from tingsu.org.staff import StaffMistake


def test_a_desk_is_set_changed_and_ended_and_each_is_on_record(bank: Bank) -> None:
    assert set_desk("complexity", "major", bank.desk, by=bank.admin, seen="")
    assert set_desk("complexity", "major", bank.cards, by=bank.admin, seen="CP")
    assert not set_desk("complexity", "major", bank.cards, by=bank.admin, seen="CC")  # nothing to do, nothing written
    assert desks() == {("complexity", "major"): bank.cards}
    assert set_desk("complexity", "major", None, by=bank.admin, seen="CC")
    assert desks() == {}
    told = [(e.detail["class"], e.detail["unit"]) for e in AccessEntry.objects.filter(what="desk").order_by("seq")]
    assert told == [("major", ["", "CP"]), ("major", ["CP", "CC"]), ("major", ["CC", ""])]
    assert list(verify_access_log()) == []


def test_who_decided_on_an_older_page_is_told_and_changes_nothing(bank: Bank) -> None:
    set_desk("tag", "监管", bank.desk, by=bank.admin, seen="")
    with pytest.raises(ChangedMeanwhile):
        set_desk("tag", "监管", bank.cards, by=bank.admin, seen="")
    assert desks() == {("tag", "监管"): bank.desk}


def test_only_an_administrator_and_only_for_a_class_there_is_and_an_open_unit(bank: Bank) -> None:
    with pytest.raises(NotAllowed):
        set_desk("complexity", "major", bank.desk, by=bank.head)
    with pytest.raises(StaffMistake):
        set_desk("complexity", "shoes", bank.desk, by=bank.admin)
    bank.cards.active = False
    with pytest.raises(StaffMistake):
        set_desk("complexity", "vip", bank.cards, by=bank.admin)
    assert desks() == {}
