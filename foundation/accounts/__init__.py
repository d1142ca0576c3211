"""Users, organisations, roles and permissions as data, sign-in."""
