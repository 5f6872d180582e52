"""Whether complaints a measure had brought down have come back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri  # type: ignore[import-untyped]

from tingsu.insight.effects.conditional import Unaided, chance_below, learn_unaided
from tingsu.insight.effects.estimate import LEAST_CONTROLS
from tingsu.insight.effects.panel import Panel, cut_windows, windows_without

LEVEL = 0.005  # chance of being called back though nothing changed, each time it is looked at
ALONE = 0.3  # spread of the log change of a unit that is compared with nothing but itself
FEWEST = 5  # recent complaints at least
LEAST_QUIET, LEAST_RECENT = 8, 4  # weeks


@dataclass(frozen=True, slots=True)
class Return:
    """Recent complaints beside those of the quiet weeks since the measure; ``returned`` says that they are back."""

    returned: bool
    recent: int
    quiet: int
    weeks_recent: int
    weeks_quiet: int
    n_controls: int


def has_returned(panel: Panel) -> Return:
    """Whether the weeks from ``panel.start`` on lie above the ones before, beyond what other units and chance explain.

    The panel begins with the measure. Where there are too few units to compare with, a unit's own wavering stands in
    for them, so that a rise must be steeper.
    """
    windows = cut_windows(panel, skip=0)
    mine, others = windows.only(panel.treated), windows.only(~panel.treated)
    others = others.only(others.before + others.after > 0)
    recent, quiet = int(mine.after.sum()), int(mine.before.sum())
    told = (recent, quiet, windows.weeks_after, windows.weeks_before, len(others.before))
    short = windows.weeks_before < LEAST_QUIET or windows.weeks_after < LEAST_RECENT
    if short or recent < FEWEST:
        return Return(False, *told)
    if len(others.before) >= LEAST_CONTROLS:
        sizes = (mine.before + mine.after).astype(float)
        unaided = learn_unaided(others, sizes, also=windows_without(panel, skip=0))
    else:
        steps = (np.arange(199) + 1) / 200
        unaided = Unaided(windows.offset + ALONE * ndtri(steps), np.full(199, 1 / 199))
    above = 1 - chance_below(recent, recent + quiet, unaided, 0.0)
    return Return(above < LEVEL, *told)
