"""Helps the person who answers: scripts, objections, reply checks, options, coaching, writing help."""
