"""People's word on a conversation: the machine's marks confirmed or changed, and a second, blind review."""
