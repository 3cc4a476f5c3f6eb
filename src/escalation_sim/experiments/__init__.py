"""Experiments: what is varied, what is computed for it, and what is kept."""
