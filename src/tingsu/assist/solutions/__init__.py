"""What can be offered to this customer, within authority, and how like cases ended."""
