"""The virtual kubelet: what a node does with the pods that are bound to it."""
