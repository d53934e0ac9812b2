"""What a student imports in a lab: data, plots, visible checks, hand-in."""
