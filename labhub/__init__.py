"""labhub: write deep-learning labs once; release, collect, grade and give feedback."""

__version__ = "0.1.0"
