"""Keeping the site: backups, restoring them (also into another database), and a look at its health."""
