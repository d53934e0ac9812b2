"""What the two sides of the border have in common: calls both ways, and objects that stay."""
