"""Documents made of a snapshot or of rows: Word and PowerPoint, the same bytes every time."""
