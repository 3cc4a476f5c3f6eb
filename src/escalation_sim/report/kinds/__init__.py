"""The kinds of results that can be told, a module each; a new kind is a new file here.

A module has `holds(folder)`, whether a folder holds such a result, and `page(folder)`, which gives its `Page` or raises InputError.
"""
