"""Backups, the way back, and what becomes of what was unsent."""
