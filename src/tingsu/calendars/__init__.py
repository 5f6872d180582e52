"""Working days and deadline arithmetic: pure, no database, no Django."""
