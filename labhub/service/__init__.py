"""The web service behind the Hub: pages and REST, for hand-ins from anywhere."""
