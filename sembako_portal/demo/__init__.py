"""The demo province: synthetic families, users and work under way, the same at every run.

No person in it exists. Identity numbers carry serials 9xxx, which civil registration has not come
near to giving out for one day of birth in one kecamatan.
"""
