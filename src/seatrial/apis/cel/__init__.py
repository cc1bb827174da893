"""CEL as Kubernetes runs it in the rules of CustomResourceDefinitions; `rules` is the way in.

Nothing of this room is imported where no definition has a rule: the compiler is large.
"""
