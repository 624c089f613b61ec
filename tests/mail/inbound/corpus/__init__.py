"""Mails as servers, programs and readers write them, with invented names."""
