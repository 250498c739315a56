"""Sheets in and out: reading, layouts, cell cleaning, checking, writing. Plain Python."""
