"""The running program. Start reading in `app.py`."""
