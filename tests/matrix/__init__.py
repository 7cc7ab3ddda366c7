"""The access matrix: who gets what answer from every address of the site."""
