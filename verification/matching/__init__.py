"""Matching the register with the civil registry, and finding persons registered twice.

`rules` decides what a NIK's civil record says of a person (pass 1), `deterministic` does so for all
at once; `linkage` finds the record of those whose NIK does not lead there (pass 2), `candidates`
decides which of them may be taken. No Django in here, and nothing heavy is imported with this
package. See docs/adr/0017-matching.md.
"""
