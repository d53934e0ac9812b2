"""What a student reads about the own hand-in."""
