"""What a person can do, one file per conversation. A new one is a file here and a line in `conversations.py`."""
