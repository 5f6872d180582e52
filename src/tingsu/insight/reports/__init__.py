"""Reports: the monthly case-review pack and the quarter's view for management and regulators, kept, printed, sent."""
