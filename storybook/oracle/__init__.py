"""The oracle: reads every attribute of every character in a picture, to judge; never shipped.

It shares no weights, no architecture and no seeds with the tagger and the encoder of the product,
so that what chooses is not what judges.
"""
