"""What readers say of papers: votes, saved papers, seeds, and the profile that follows from them."""
