"""Which pack is in force: for the house, for a unit and what lies below it, and for a case that has begun."""

from __future__ import annotations

import pytest

from tests.make import Bank, case, steps
from tingsu.cases.lifecycle import act, offers
from tingsu.cases.packs import pack_of
from tingsu.org.access_log import verify_access_log
from tingsu.org.editions import PackChanged, give_pack, put_in_force
from tingsu.org.models import AccessEntry, PackEdition
from tingsu.org.pack import active_pack, pack_for, packs_in_force
from tingsu.org.permissions import NotAllowed
from tingsu.packs.loader import load_pack
from tingsu.packs.schema import Pack


def changed(**update: object) -> Pack:
    """The bank's pack with something else in it."""
    return Pack.model_validate(load_pack("bank").model_dump(mode="json", by_alias=True) | update)


def with_stage_renamed() -> Pack:
    pack = load_pack("bank")
    data = pack.model_dump(mode="json", by_alias=True)
    data["version"] = "2.0"
    data["process"]["stages"][0]["name"] = {"zh": "待初判", "en": "To be judged"}
    data["process"]["actions"] = [a for a in data["process"]["actions"] if a["id"] != "explain"]
    return Pack.model_validate(data)


def test_the_shipped_pack_is_in_force_until_another_is_put_there(bank: Bank) -> None:
    assert active_pack() == load_pack("bank")


def test_a_new_edition_is_in_force_for_new_cases_and_old_ones_keep_theirs(bank: Bank) -> None:
    old = case(bank)
    row = put_in_force(with_stage_renamed(), by=bank.admin)
    new = case(bank, phone="13800005678")
    assert row.version == 1
    assert (pack_of(old).version, pack_of(new).version) == ("1.0", "2.0")
    assert old.edition != new.edition
    judged = [act(c, *steps(bank)[0][::2], by=bank.handler, version=c.version) for c in (old, new)]
    told = [{offer.action.id for offer in offers(c, by=bank.handler)} for c in judged]
    assert "explain" not in told[1]
    assert pack_of(judged[0]).process.action("explain") is not None


def test_an_edition_is_kept_whole_and_on_record(bank: Bank) -> None:
    pack = with_stage_renamed()
    put_in_force(pack, by=bank.admin)
    kept = PackEdition.objects.get(digest=pack.digest)
    assert Pack.model_validate(kept.data) == pack
    entry = AccessEntry.objects.get(what="pack")
    assert entry.detail["edition"] == pack.digest
    assert list(verify_access_log()) == []


def test_two_who_change_the_pack_at_once_conflict_clearly(bank: Bank) -> None:
    put_in_force(with_stage_renamed(), by=bank.admin, version=0)
    with pytest.raises(PackChanged, match="没有改动"):
        put_in_force(changed(version="3.0"), by=bank.admin, version=0)
    assert active_pack().version == "2.0"


def test_only_who_manages_packs_may(bank: Bank) -> None:
    with pytest.raises(NotAllowed):
        put_in_force(with_stage_renamed(), by=bank.manager)
    with pytest.raises(NotAllowed):
        give_pack(bank.branch, load_pack("bank"), by=bank.head)


def test_a_unit_with_its_own_pack_runs_it_and_so_does_what_lies_below(bank: Bank) -> None:
    other = changed(id="other", version="9")
    put_in_force(other, by=bank.admin)
    give_pack(bank.branch, other, by=bank.admin)
    assert pack_for(bank.clerk).id == "other"  # at the outlet below the branch
    assert pack_for(bank.other_clerk).id == "bank"
    assert [pack.id for pack in packs_in_force().all] == ["bank", "other"]
    first, second = case(bank), case(bank, by=bank.other_clerk, phone="13900000000")
    assert (first.pack, second.pack) == ("other", "bank")
    assert first.number != second.number
    give_pack(bank.branch, None, by=bank.admin)
    assert pack_for(bank.clerk).id == "bank"


def test_the_digest_is_of_what_the_pack_says(bank: Bank) -> None:
    pack = load_pack("bank")
    assert Pack.model_validate(pack.model_dump(mode="json", by_alias=True)).digest == pack.digest
    assert changed(version="1.1").digest != pack.digest
