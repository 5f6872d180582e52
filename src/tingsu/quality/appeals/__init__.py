"""The person inspected does not accept the review; someone who had no part in it decides."""
