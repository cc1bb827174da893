"""The virtual cluster: clock, store, scheduler, controllers, kubelets, traffic. It knows no files and no reports."""
