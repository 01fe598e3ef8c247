"""The real program as a process, against local doubles of the providers."""
