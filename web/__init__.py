"""HTTP, and nothing else: what is decided and known lies in `worker`.

receiver    deliveries from ATSs and completions from TalentSprout: stored first, read later
api         /api/v1: one file a resource
dashboard   the pages
probes      /healthz, /readyz, /metrics
access      who may ask: bearer tokens, sessions, forms that come from our own pages
problems    what went wrong, as documents and as pages
"""
