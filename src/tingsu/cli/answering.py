"""What `tingsu pack check` looks at beside the procedure: scripts, objections, checks, coach, options, score card."""

from __future__ import annotations

from pathlib import Path

from tingsu.packs.answering import FOLDER, load_part
from tingsu.packs.coaching import COACH, SOLUTIONS, CoachWords, SolutionWords
from tingsu.packs.loader import PackError
from tingsu.packs.objections import Objections
from tingsu.packs.scripts import Scripts


def check_answering(folder: Path) -> str:
    """What the pack in ``folder`` brings for answering, counted, in a line. Raises PackError with every mistake."""
    import django

    django.setup()  # the score card's words go through the catalogue
    from tingsu.assist.replies import rules_of
    from tingsu.quality.scoring import card_of, score
    from tingsu.quality.scoring.hearing import BadCard
    from tingsu.quality.transcripts import make_transcript

    pack, roots = folder.name, (folder.parent,)
    scripts = load_part(Scripts, "scripts", pack, roots).scripts
    trees = load_part(Objections, "objections", pack, roots).trees
    load_part(CoachWords, COACH, pack, roots)
    load_part(SolutionWords, SOLUTIONS, pack, roots)
    rules, card = rules_of(pack, roots), card_of(pack, roots)
    try:  # its patterns are compiled at the first conversation
        score(make_transcript("1", [("agent", "您好，请讲。"), ("customer", "我要投诉。")]), card, rules)
    except BadCard as error:
        raise PackError(pack, [(f"{FOLDER}/scorecard", 0, error.id, error.message)]) from None
    said = f"{len(scripts)} 条话术、{len(trees)} 个异议"
    return f"{said}、{len(rules.rules)} 类答复用语检查、{len(card.points)} 个质检评分点"
