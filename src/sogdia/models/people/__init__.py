"""Trips of people between countries under visa regimes, and remote consultation as a queue."""

from sogdia.models.people.consultation import Network, Pool, served
from sogdia.models.people.model import PeopleModel
from sogdia.models.people.response import VisaResponse, visa_response

__all__ = ["Network", "PeopleModel", "Pool", "VisaResponse", "served", "visa_response"]
