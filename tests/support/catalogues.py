"""Messages of the translation catalogues."""


def list_forms(message) -> tuple[str, ...]:
    return (message,) if isinstance(message, str) else tuple(message or ("",))
