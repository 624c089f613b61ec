"""What readers say of the papers of a digest, behind the links in its mail."""
