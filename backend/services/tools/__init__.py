"""What the attendant can do besides talking: reservations, orders, and calling a person."""
