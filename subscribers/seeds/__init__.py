"""Papers that readers name because they like them: read what was pasted, find or look up each."""
