"""Project parts: links, files and texts, kept beside the hand-ins of labs."""
