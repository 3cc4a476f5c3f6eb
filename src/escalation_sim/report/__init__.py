"""A result told in one self-contained page."""
