"""Pages with the buttons for one paper: what the buttons do, and a browser that remembers."""
