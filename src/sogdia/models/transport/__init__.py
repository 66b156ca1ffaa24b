"""Generalised costs and routes over the multimodal network of a world."""

from sogdia.models.transport.model import TransportModel

__all__ = ["TransportModel"]
