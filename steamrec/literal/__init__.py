"""The raw format: one Python literal a line, read exactly."""
