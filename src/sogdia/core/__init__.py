"""What every layer stands on: variables, units, tables, digests, draws, errors.

Knows nothing of borders or trade.
"""
