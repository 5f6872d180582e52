"""From what a reader found to a Transcript: speakers settled, times checked, turns of one side joined and numbered."""

from __future__ import annotations

from django.utils.translation import gettext as _

from tingsu.quality.transcripts.speakers import settle_speakers
from tingsu.quality.transcripts.times import settle_times
from tingsu.quality.transcripts.turns import Raw, Said, Transcript, Turn


def settle(raw: Raw) -> Transcript:
    """The conversation ready to be scored; never raises, what cannot be used is told in ``problems``.

    Changes ``raw``.
    """
    said = [one for one in raw.said if one.text.strip()]
    problems = [*raw.problems]
    if len(said) < len(raw.said):
        problems.append(_("有 {n} 句是空的，略去").format(n=len(raw.said) - len(said)))
    if not said:
        return Transcript(raw.id, (), raw.agent, raw.channel, (*problems, _("这段对话没有内容")))
    problems += settle_times(said)
    sides, guessed, told = settle_speakers(said)
    turns = [
        Turn(no, side, one.text.strip(), one.start, one.end, one.line, inferred)
        for no, (one, side, inferred) in enumerate(zip(said, sides, guessed, strict=True), start=1)
    ]
    return Transcript(raw.id, tuple(turns), raw.agent, raw.channel, tuple(problems + told))


def make_transcript(id: str, pairs: list[tuple[str, str]], *, agent: str = "", channel: str = "") -> Transcript:
    """A transcript of (who, what) pairs, "who" as any mark a file may carry, "" where unknown."""
    said = [Said(mark, text, line=at) for at, (mark, text) in enumerate(pairs, start=1)]
    return settle(Raw(id, said, agent, channel))
