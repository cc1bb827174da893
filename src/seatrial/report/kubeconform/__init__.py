"""What kubeconform 0.8 prints with `-output`, so that scripts that read it go on working; one module an output format.

`rows` makes of an outcome what kubeconform has: a row a resource, with a status. What cannot be read, has no schema
or is not wanted is an error; all else that the API server would refuse is invalid.
"""
