"""Whether Twilio really posted: its signature over our public address and every field."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from twilio.request_validator import (
    SIGNATURE_HEADER,
    SIGNATURE_SETTINGS_HEADER,
    RequestValidator,
    get_signature_algorithm,
)


class Signatures:
    """Checks signatures, SHA-1 and SHA-256, by the account's token."""

    def __init__(self, auth_token: str, public_url: str) -> None:
        """`public_url` is where Twilio reaches us: by configuration, never by what a request says."""
        self._validator, self._public_url = RequestValidator(auth_token), public_url.rstrip("/")

    def verify(self, url: str, params: Mapping[str, Any], headers: Mapping[str, str]) -> bool:
        """Whether a request is Twilio's. Of `url` only path and query count; `params` is the whole form."""
        given = {name.lower(): value for name, value in headers.items()}
        signature = given.get(SIGNATURE_HEADER.lower())
        if not signature:
            return False
        parts = urlsplit(url)
        address = self._public_url + parts.path + (f"?{parts.query}" if parts.query else "")
        algorithm = get_signature_algorithm(given.get(SIGNATURE_SETTINGS_HEADER.lower()))
        return bool(self._validator.validate(address, params, signature, algorithm))
