"""Facts: one row a case in Parquet, masked, from which every figure is counted."""
