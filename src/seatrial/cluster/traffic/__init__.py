"""Requests from users to Services, counted as rates between events: what is sent is served or failed, always.

`serving` knows which containers really accept requests, `proxy` what kube-proxy believes of endpoints, `flow` brings
both together: a request fails where there is no endpoint, or where the endpoint chosen does not accept it.
"""
