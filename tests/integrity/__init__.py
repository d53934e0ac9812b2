"""Hostile hand-ins, published: what a clever student may try, and what must come of it."""
