"""WHAT SHE MEANS: free text → intent, subject, day, danger. `reading.py` is the door, `docs/understanding.md` the story."""
