"""How words travel: one file per messenger behind the one contract in `base.py`."""
