"""The parts of `papers.text.tex`: reading TeX, and what becomes of each piece."""
