"""DKIM signatures (RFC 6376, RFC 8463) by this service, for mail servers that do not sign."""
