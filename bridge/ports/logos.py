"""Logos that were uploaded for applications."""

from typing import Protocol

from bridge.domain.ids import ClientId
from bridge.domain.picture import Picture


class PictureMaker(Protocol):
    """Makes pictures anew that came from outside."""

    def remade(self, data: bytes) -> Picture:
        """What is seen of the picture, and nothing else of its file. Raises PictureRefused."""


class LogoStore(Protocol):
    """Logos (SQL). One that its application does not name any more is deleted after a day."""

    def add(self, client_id: ClientId, logo: Picture, made_at: int) -> None:
        """Keep it, also where it is there already. `made_at` in epoch seconds."""

    def get(self, client_id: str, digest: str) -> bytes | None:
        """The PNG of that digest; answered from memory, once it was read."""
