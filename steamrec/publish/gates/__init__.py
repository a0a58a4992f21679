"""Gates: what an export must satisfy before anybody sees it.

They look at what was written and at the raw libraries, not at the code that ranked.
"""
