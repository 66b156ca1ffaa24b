"""Border posts, gauge-change yards and ports as queues: waits, throughput, clearing times."""

from sogdia.models.border.curve import ResponseCurve, response_curve
from sogdia.models.border.model import BorderModel
from sogdia.models.border.post import Post

__all__ = ["BorderModel", "Post", "ResponseCurve", "response_curve"]
