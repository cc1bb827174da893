"""Changes that may prevent a symptom, and the search for one that does: tried on the virtual cluster, not believed.

`changes` holds the single changes, `ladders` says which of them to try for which symptom, the smallest first, and
`search` tries them.
"""
