"""What time alone causes: leases that end, quarantines that are over, probes, results whose interview has appeared."""
