"""The rows that could not be used, as a small CSV beside what was made of the others."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from django.utils.translation import gettext as _

from tingsu.base.files import disarm as disarm
from tingsu.intake.cells import clean_text
from tingsu.intake.rows import Reject
from tingsu.reading import mask

SHOWN = 60  # characters of a row's content


def rejects_csv(rejects: Iterable[Reject]) -> str:
    """CSV text with row number, reason, and the masked beginning of the row; opens in Excel as it is (BOM)."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_("行号"), _("原因"), _("这一行的开头（个人信息已遮盖）")])
    for reject in rejects:
        start = mask(clean_text(reject.excerpt)).replace("\n", " ")[:SHOWN]
        writer.writerow([reject.number, disarm(reject.reason), disarm(start)])
    return "\ufeff" + out.getvalue()
