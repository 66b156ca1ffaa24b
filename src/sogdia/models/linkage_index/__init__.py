"""A composite index of five linkages, with the interval of every rank."""
