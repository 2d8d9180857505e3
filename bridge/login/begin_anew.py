"""What sends a person to the beginning of the same request."""

from bridge.domain.interaction import Interaction
from bridge.errors import BridgeError


class BeginAnew(BridgeError):
    """An Interaction has had its answer, which holds no longer: the same request begins anew (DESIGN §6.18).

    Its code was redeemed, its Session or Grant has ended, or the minute in which it comes again is over.
    """

    def __init__(self, interaction: Interaction, why: str = "the Interaction was answered before") -> None:
        super().__init__(why)
        self.interaction = interaction
