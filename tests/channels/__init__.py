"""Channels: golden looks, payloads of every kind, sends against doubles of the providers."""
