"""What is complained about most: topics without a list beforehand, hot spots, groups of messages that say the same.

board = hot_board(facts, Period(since, until), rank="harm")     # hot.py
found = find_topics(texts, days=…)                              # engine.py
groups = find_alike(texts, days=…)                              # alike.py
"""
