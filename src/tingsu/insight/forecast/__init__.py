"""What comes next: counts of each series eight weeks ahead with intervals, from its own past and the calendar."""
