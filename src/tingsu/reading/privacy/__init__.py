"""Personal data: found in every way people write it, masked readably, or sealed so that a key brings it back."""

from tingsu.reading.privacy.masking import (
    apply_masks,
    find_in,
    find_personal_data,
    mask,
    mask_found,
    mask_rows,
)

__all__ = ["apply_masks", "find_in", "find_personal_data", "mask", "mask_found", "mask_rows"]
