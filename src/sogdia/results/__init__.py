"""Runs as folders of tables: stored once, compared, traced to claims, queried and exported.

`tables` the schemas every run shares; `manifest` what a run is made of; `parquet` a table on
disk; `store` the folder of runs; `compare` paired differences; `trace` from a number to its
claims; `sql` questions over all runs; `export` for people who do not read Parquet.
"""
