"""A due delivery becomes done, later, or given up: claimed, said as things are now, sent, settled."""
