"""What reference managers and search engines read of a paper: BibTeX, RIS, meta tags, JSON-LD."""
