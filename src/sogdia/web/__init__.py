"""The server of the pages: REST under ``/api/v1``, jobs, and the files of the pages.

It reads evidence, worlds, scenarios and runs, and starts appraisals; it computes nothing itself.
Needs the extra ``web``.
"""
