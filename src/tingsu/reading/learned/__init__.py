"""What is learned from labelled examples: one linear model, many heads, its figures and its evidence.

``pieces`` cuts a text, ``signals`` turns the lexicon's words into numbers, ``model`` weighs both, ``teaching`` makes a
model from examples, ``figures`` says how good it is.
"""
