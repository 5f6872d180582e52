"""Personal data: found in every way people write it, masked readably, or sealed so that a key brings it back.

Where which is used: the store keeps a complaint's own words and its customer in columns that only ``reveal`` shows,
with a reason on record. Beside them it keeps the masked text, and that (or what is masked on the way out) is all that
pages, answers of the API, search results, exports, figures, reports and writing help see. Sealing is for texts that
leave the house and must come back whole: ``tingsu mask --key … --vault …``; the site itself seals nothing, since its
store has the originals.
"""

from tingsu.reading.privacy.masking import (
    apply_masks,
    find_in_each,
    find_personal_data,
    mask,
    mask_each,
    mask_found_each,
    mask_rows,
)

__all__ = ["apply_masks", "find_in_each", "find_personal_data", "mask", "mask_each", "mask_found_each", "mask_rows"]
