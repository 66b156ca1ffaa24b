"""Trade between countries and regions: who gains when a link gets cheaper, and by how much."""

from sogdia.models.trade.model import TradeModel

__all__ = ["TradeModel"]
