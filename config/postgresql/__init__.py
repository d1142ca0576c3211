"""Django's database backend for PostgreSQL, with one query fewer per request."""
