"""The GPUs: what there is, who holds what, and what idles."""
