"""Recording what a real control plane does: its API over HTTP, kubelets that are made up, rows as watches show them."""
