"""What readers say of papers: votes, saves, seeds, and the profile that follows from them."""
