"""Every conversation inspected: imported, scored with its evidence, reviewed by people, learnt from."""
