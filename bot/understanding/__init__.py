"""WHAT SHE MEANS: free text → intent, topic, when. Nothing lives here yet; `handlers/search.py` matches titles and topics."""
