"""Walls around student code: bubblewrap once, then namespaces, limits and filters by process."""
