"""How work travels: intake of hand-ins, and the way between course and student."""
