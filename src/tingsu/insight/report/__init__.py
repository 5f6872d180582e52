"""The report on a file of complaint texts: figures in plain functions, then one self-contained page."""
