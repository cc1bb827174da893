"""Real clusters, reached through the user's kubeconfig. Only this room and `server` may import an HTTP library.

`kubeconfig` signs in, `connection` asks, `discovery` tells which kinds are served, `listing` reads them page by page.
What comes back is turned into what somebody would have written: `makers` tells what nobody wrote, `server_fields`
takes away what the server added, `redaction` what is secret. `live_cluster` puts it together into a
`manifests.sources.Reading`.
"""
