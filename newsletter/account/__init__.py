"""What the newsletter adds to a reader's own pages: the digests that they got."""
