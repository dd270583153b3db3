// Nothing but the precompiled header: every library reuses it.
