"""Cases and who is responsible for them."""
