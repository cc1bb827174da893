"""The functions that rules may call, a library a module; `overloads` is how they are described."""
