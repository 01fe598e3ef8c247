"""Pure pieces of conversations."""
