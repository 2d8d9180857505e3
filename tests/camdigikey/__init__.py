"""The library bridge.camdigikey alone: by the vectors, over real TLS, and with inputs nobody would send."""
