"""What the repository itself needs: set-up, locks, the demo."""
