"""Scenarios, running them on a virtual cluster, judging what was recorded, and finding the change that prevents it.

The way of one trial: `scenarios` says what happens, `profiles` how the applications behave, `voyage` puts the
inventory on a cluster, lets it settle and runs each scenario on a fork of it, `recorder` writes down what happened,
`judge` says what users noticed, `remedies` tries changes until it is gone, and `trial.run` strings these together.
"""
