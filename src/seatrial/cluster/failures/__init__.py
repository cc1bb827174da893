"""What is done to a cluster from outside, on purpose: nodes drained, nodes lost."""
