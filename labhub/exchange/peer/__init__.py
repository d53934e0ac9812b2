"""Peer review on paper, so to speak: forms, packages for reviewers, letters for the reviewed."""
