"""Tools of the people who develop Atende Ai: the test runner and what it checks.

The product imports nothing from here.
"""
