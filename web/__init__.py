"""HTTP, and nothing else: what is decided and known lies in `worker`.

receiver    deliveries from ATSs and completions from TalentSprout: stored first, read later
entrance    deliveries go to the receiver without Flask in between
api         /api/v1: one file a resource
dashboard   the pages
probes      /healthz, /readyz, /metrics
access      who may ask: bearer tokens, sessions, forms that come from our own pages
sessions    signed cookies, which end when they should
decisions   what a person decides, from the API and from the pages alike
readiness   whether receipts can be stored; hinting: hints that keep nobody waiting
problems    what went wrong, as documents and as pages; failures: everything that fails becomes one
app         the application; serving: the server around it
"""
