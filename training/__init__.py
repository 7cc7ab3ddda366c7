"""Inductions: planned, signed up for, held, and the certifications they give."""
