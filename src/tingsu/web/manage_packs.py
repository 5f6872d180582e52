"""Administration in the browser: packs in force, authority, deadline rules, the working calendar."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation

from django.conf import settings
from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from tingsu.base.clock import local, now
from tingsu.base.errors import TingsuError
from tingsu.base.files import decode_text
from tingsu.calendars.notices import NoticeDay, read_notice
from tingsu.cases.clocks import recount_deadlines
from tingsu.cases.models import Case
from tingsu.cases.site_days import site_calendar, take_in_days
from tingsu.org.editions import change_limits, confirm_rule, give_pack, put_in_force
from tingsu.org.models import PackEdition, PackInForce, Unit, User
from tingsu.org.pack import packs_in_force
from tingsu.org.permissions import require
from tingsu.org.staff import StaffMistake
from tingsu.packs.loader import PackError, find_pack, list_packs, read_pack
from tingsu.packs.schema import DeadlineRule, Level, Pack
from tingsu.web.asking import person_of
from tingsu.web.refusals import status_of

LARGEST_NOTICE = 100_000  # bytes of a year's holidays, generously


@dataclass(frozen=True, slots=True)
class PackLine:
    """One pack that could be used: what is in its folder, what is in force, and what stands in the way."""

    name: str
    pack: Pack | None
    in_force: PackInForce | None
    wrong: list[str] = field(default_factory=list)

    @property
    def version(self) -> int:
        return self.in_force.version if self.in_force else 0

    @property
    def is_new(self) -> bool:
        """Whether the folder says something else than what is in force."""
        return self.pack is not None and self.in_force is not None and self.in_force.edition.digest != self.pack.digest


def show_packs(request: HttpRequest) -> HttpResponse:
    """The packs at hand and those in force; POST puts one into force or gives one to a unit."""
    by = person_of(request)
    require(by, "manage_packs")
    wrong, status = "", 200
    if request.method == "POST":
        try:
            told = _give(request, by) if request.POST.get("do") == "give" else _use(request, by)
        except TingsuError as error:
            wrong, status = error.message, status_of(error)
        else:
            messages.success(request, told)
            return redirect("manage-packs")
    rows = {row.pack: row for row in PackInForce.objects.select_related("edition", "by")}
    counts = Case.objects.filter(closed_at=None).values("pack", "edition").annotate(n=Count("pk")).order_by("pack")
    versions = dict(PackEdition.objects.values_list("digest", "version"))
    context = {
        "lines": [_line(name, rows.get(name)) for name in list_packs(tuple(settings.TINGSU_PACK_PATHS))],
        "house": packs_in_force().house,
        "units": Unit.objects.filter(active=True).order_by("path"),
        "running": [(row["pack"], versions.get(row["edition"], ""), row["edition"], row["n"]) for row in counts],
        "wrong": wrong,
    }
    return render(request, "web/manage_packs.html", context, status=status)


def show_authority(request: HttpRequest) -> HttpResponse:
    """Who may approve how much, pack by pack; POST puts other limits into force."""
    by = person_of(request)
    require(by, "manage_packs")
    wrong, status = "", 200
    if request.method == "POST":
        try:
            pack = _pack(request.POST.get("pack", ""))
            change_limits(pack, _limits(request, pack), by=by, version=_seen(request))
        except TingsuError as error:
            wrong, status = error.message, status_of(error)
        else:
            messages.success(request, _("新的权限已启用。新登记的工单按新权限审批，办理中的工单按原来的。"))
            return redirect("manage-authority")
    versions = dict(PackInForce.objects.values_list("pack", "version"))
    tables = [(pack, versions.get(pack.id, 0), _levels(pack)) for pack in packs_in_force().all]
    return render(request, "web/manage_authority.html", {"tables": tables, "wrong": wrong}, status=status)


def show_rules(request: HttpRequest) -> HttpResponse:
    """The deadline rules, whether anybody compared them with their source, and the calendar of this year and next.

    POST confirms a rule or takes in a year's holidays.
    """
    by = person_of(request)
    require(by, "manage_packs")
    wrong, status, typed = "", 200, ""
    if request.method == "POST":
        typed = request.POST.get("days", "")
        try:
            told = _confirm(request, by) if request.POST.get("do") == "confirm" else _take_in(request, by)
        except TingsuError as error:
            wrong, status = error.message, status_of(error)
        else:
            messages.success(request, told)
            return redirect("manage-rules")
    versions = dict(PackInForce.objects.values_list("pack", "version"))
    year = local(now()).year
    context = {
        "tables": [(pack, versions.get(pack.id, 0), _rules(pack)) for pack in packs_in_force().all],
        "years": [(y, site_calendar().is_known(date(y, 6, 1)), _odd_days(y)) for y in (year, year + 1)],
        "wrong": wrong,
        "typed": typed,
    }
    return render(request, "web/manage_rules.html", context, status=status)


def _line(name: str, row: PackInForce | None) -> PackLine:
    try:
        return PackLine(name, read_pack(find_pack(name, tuple(settings.TINGSU_PACK_PATHS))), row)
    except PackError as error:
        wrong = [f"{file}:{line} {where}：{what}" for file, line, where, what in error.mistakes]
        return PackLine(name, None, row, wrong)


def _use(request: HttpRequest, by: User) -> str:
    pack = read_pack(find_pack(request.POST.get("pack", ""), tuple(settings.TINGSU_PACK_PATHS)))
    put_in_force(pack, by=by, version=_seen(request))
    return _("「%(name)s」%(version)s 版已启用。办理中的工单仍按原来的版本办完。") % {
        "name": pack.name.zh, "version": pack.version,
    }  # fmt: skip


def _give(request: HttpRequest, by: User) -> str:
    unit = Unit.objects.filter(code=request.POST.get("unit", ""), active=True).first()
    if unit is None:
        raise StaffMistake("请选择一个在用的机构。")
    name = request.POST.get("pack", "")
    pack = read_pack(find_pack(name, tuple(settings.TINGSU_PACK_PATHS))) if name else None
    give_pack(unit, pack, by=by)
    if pack is None:
        return _("「%s」改为随上级机构的方案包。") % unit.name
    return _("「%(unit)s」及其下级机构改用「%(pack)s」。") % {"unit": unit.name, "pack": pack.name.zh}


def _pack(name: str) -> Pack:
    found = next((pack for pack in packs_in_force().all if pack.id == name), None)
    if found is None:
        raise StaffMistake("这个方案包没有启用，请刷新页面。")
    return found


def _limits(request: HttpRequest, pack: Pack) -> list[Decimal | None]:
    """The limits as typed, "" for none."""
    typed = [request.POST.get(f"limit-{n}", "").replace(",", "").strip() for n in range(len(pack.authority.levels))]
    try:
        limits = [Decimal(one) if one else None for one in typed]
    except InvalidOperation:
        raise StaffMistake("上限请写成数字，如 5000；不设上限就留空。") from None
    if any(limit is not None and (not limit.is_finite() or limit < 0 or limit >= 10**10) for limit in limits):
        raise StaffMistake("上限要在 0 到一百亿之间。")
    return limits


def _confirm(request: HttpRequest, by: User) -> str:
    rule = request.POST.get("rule", "")
    confirm_rule(_pack(request.POST.get("pack", "")), rule, by=by, version=_seen(request))
    return _("已记下您核对了 %s 的原文。") % rule


def _take_in(request: HttpRequest, by: User) -> str:
    require(by, "manage_packs")
    file = request.FILES.get("file")
    if file is not None and (file.size or 0) > LARGEST_NOTICE:
        raise StaffMistake("文件太大，不像放假安排。请核对。")
    text = decode_text(file.read(), file.name or "") if file else request.POST.get("days", "")
    if not text.strip():
        raise StaffMistake("请贴上放假安排，或选择文件。")
    days: list[NoticeDay] = read_notice(text, place="CN")
    at = now()
    take_in_days(days, by=by, at=at)
    moved = recount_deadlines(min(d.day for d in days), max(d.day for d in days), at=at)
    return _("已载入 %(n)d 天；重新计算后有变化的时限 %(moved)d 个。") % {"n": len(days), "moved": moved}


def _seen(request: HttpRequest) -> int:
    """The version of what is in force that the person had before them."""
    typed = request.POST.get("version", "")
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 9 else -1


def _levels(pack: Pack) -> list[tuple[Level, str]]:
    return [
        (level, f"{level.up_to.normalize():f}" if level.up_to is not None else "") for level in pack.authority.levels
    ]


def _rules(pack: Pack) -> list[DeadlineRule]:
    return sorted(pack.rules, key=lambda rule: (rule.verified, rule.id))


def _odd_days(year: int) -> list[tuple[date, bool]]:
    """The weekdays off and the weekend days worked: (day, worked)."""
    calendar = site_calendar()
    days = (date.fromordinal(n) for n in range(date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()))
    return [(day, worked) for day in days if (worked := calendar.is_working_day(day)) != (day.weekday() < 5)]
