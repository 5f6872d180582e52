"""Coaching while somebody talks: the step now, what is heard, what helps, the way out when heat rises."""
