"""The certificate that the HTTP listener shows."""

from __future__ import annotations

import ssl

from .settings import StageSettings


class ServerTls:
    """The listener's certificate for HTTP; ``reload()`` shows the renewed one to later connections."""

    def __init__(self, settings: StageSettings) -> None:
        self._tls = settings.tls
        self.context: ssl.SSLContext | None = None
        if self._tls.certificate_file is not None:
            self.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            self.reload()

    def reload(self) -> None:
        """Raises ``ValueError`` where a file cannot be used."""
        tls = self._tls
        if self.context is None or tls.certificate_file is None:
            return
        try:
            self.context.load_cert_chain(tls.certificate_file, tls.key_file)
            if tls.client_ca_file is not None:
                self.context.load_verify_locations(tls.client_ca_file)
                self.context.verify_mode = ssl.CERT_REQUIRED
        except (OSError, ssl.SSLError) as error:
            raise ValueError(
                f"Cannot use stage.tls: {error}. Name PEM files of a certificate, its key and an authority."
            ) from error
