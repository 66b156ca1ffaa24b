"""Bottlenecks: which link, post or port is full first, and in what year."""

from sogdia.appraisal.bottleneck.ask import ask_bottleneck, corridor_names, corridor_traffic
from sogdia.appraisal.bottleneck.parts import bottleneck_table
from sogdia.appraisal.bottleneck.question import Answer, Question
from sogdia.appraisal.bottleneck.survey import survey_bottlenecks

__all__ = [
    "Answer",
    "Question",
    "ask_bottleneck",
    "bottleneck_table",
    "corridor_names",
    "corridor_traffic",
    "survey_bottlenecks",
]
