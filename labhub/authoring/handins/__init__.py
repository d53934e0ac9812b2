"""Hand-ins put together from the exercises of the labs."""
