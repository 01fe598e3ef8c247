"""Dialogues: what women and the program say to each other, to be read by a coordinator."""
