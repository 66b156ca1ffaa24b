"""Dated differences: measures, the scenarios they make up, and worlds they are applied to."""
