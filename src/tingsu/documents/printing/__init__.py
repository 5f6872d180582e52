"""A filled Word file as a PDF: read (``word``), set (``typst``), with fonts of our own (``fonts``)."""
