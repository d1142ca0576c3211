"""Names of the push groups; they contain only ids."""


def user_group(user_id: int) -> str:
    return f"user.{user_id}"


def organisation_group(organisation_id: int) -> str:
    return f"organisation.{organisation_id}"
