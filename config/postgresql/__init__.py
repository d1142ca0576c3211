"""Django's database backend for PostgreSQL, with one question to the server less in each request."""
