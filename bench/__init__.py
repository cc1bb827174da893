"""Benchmarks: `python -m bench`, or `python -m bench NAME...` for some. Each prints figures and how to read them."""
