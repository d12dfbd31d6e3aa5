"""Trains the embedded storybook models on the drawn world; the product never imports this.

`python -m storybook.train base|tagger|encoder` renders, trains, and writes what it made into
`src/castmates/embedded/` when it is not worse than what lies there. See docs/storybook.md.
"""
