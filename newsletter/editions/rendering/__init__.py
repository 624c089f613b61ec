"""From an edition to the bytes of a mail: fragments, their join, its headers."""
