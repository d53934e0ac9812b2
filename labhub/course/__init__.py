"""From course.toml to typed, frozen objects; the folder of a course."""
