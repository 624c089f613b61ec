"""The one sentence that says what a paper does, found in its abstract or taken from a source."""
