"""异议处理: the objection trees, and one walked step by step; where one stands is told by the address alone."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tingsu.assist.objections.walking import find_tree, match_trees, trees_of, walk
from tingsu.assist.scripts.filling import leave_open
from tingsu.packs.loader import PackError
from tingsu.web.asking import person_of
from tingsu.web.scripts import pack_asked
from tingsu.web.scripts_words import other_packs

LONGEST_QUERY = 100


def show_objections(request: HttpRequest) -> HttpResponse:
    """Every tree of the pack: those to speak by, and apart from them those to be warned by."""
    pack = pack_asked(request, person_of(request))
    q = request.GET.get("q", "").strip()[:LONGEST_QUERY]
    try:
        trees, trouble = trees_of(pack.id), ""
    except PackError as error:
        trees, trouble = (), error.message
    found = match_trees(trees, q)
    context = {
        "pack": pack,
        "packs": other_packs(pack.id),
        "q": q,
        "trees": [tree for tree in found if not tree.counter_example],
        "warnings": [tree for tree in found if tree.counter_example],
        "has_any": bool(trees),
        "trouble": trouble,
    }
    return render(request, "web/scripts/objections.html", context)


def walk_objection(request: HttpRequest, tree_id: str) -> HttpResponse:
    """One tree at the step the address says: what was said so far, what to answer now, the ways on."""
    pack = pack_asked(request, person_of(request))
    tree = find_tree(pack.id, tree_id)
    stand = walk(tree, request.GET.get("at", "")[:200])
    node = stand.here.node
    context = {
        "pack": pack,
        "walk": stand,
        "answer": leave_open(node.answer),
        "instead": leave_open(node.instead),
        "back": stand.trail[-1] if stand.trail else None,
        "of_pack": request.GET.get("pack", ""),
    }
    return render(request, "web/scripts/objection.html", context)
