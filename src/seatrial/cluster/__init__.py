"""The virtual cluster: clock, store, scheduler, controllers, kubelets, traffic. It knows nothing of files and reports."""
