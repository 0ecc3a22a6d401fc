"""Signatures by the Standard Webhooks specification: HMAC (`v1`) and Ed25519 (`v1a`).

No secret of an endpoint is kept. Each is derived from one secret of this server, the endpoint's id
and how often it was rotated, so that an export or a row of the table gives nobody a signature.
"""

import hmac
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

# As in the accounts: what is heavy is imported where it is used.
if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


class WebhookSecrets:
    """The secrets of all endpoints, each made when it is needed."""

    def __init__(self, server_secret: str) -> None:
        self._server_secret = server_secret.encode()

    def shared(self, endpoint: str, generation: int) -> str:
        """What the receiver verifies `v1` with; whoever has it can sign too."""
        return f"whsec_{_base64(self._derived('v1', endpoint, generation))}"

    def public(self, endpoint: str, generation: int) -> str:
        """What the receiver verifies `v1a` with; it is no secret."""
        key = self._private(endpoint, generation).public_key().public_bytes_raw()
        return f"whpk_{_base64(key)}"

    def signature(
        self, endpoint: str, generations: Sequence[int], message: str, seconds: int, body: bytes
    ) -> str:
        """The header `webhook-signature`: a signature of each kind for each secret in force."""
        signed = f"{message}.{seconds}.".encode() + body
        shared = [
            hmac.new(self._derived("v1", endpoint, generation), signed, sha256).digest()
            for generation in generations
        ]
        private = [self._private(endpoint, generation).sign(signed) for generation in generations]
        return " ".join(
            [f"v1,{_base64(one)}" for one in shared] + [f"v1a,{_base64(one)}" for one in private]
        )

    def _private(self, endpoint: str, generation: int) -> "Ed25519PrivateKey":
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self._derived("v1a", endpoint, generation))

    def _derived(self, kind: str, endpoint: str, generation: int) -> bytes:
        name = f"webhook\0{kind}\0{endpoint}\0{generation}".encode()
        return hmac.new(self._server_secret, name, sha256).digest()


def _base64(content: bytes) -> str:
    return b64encode(content).decode()
