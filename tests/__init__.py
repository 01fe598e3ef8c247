"""Tests. They mirror the folders of the house; `doubles/` plays the messengers."""
