"""The world between the quiet and the wide one, into which the base grows; draws nothing.

What is let in beyond the quiet world is all in the tags: more views, styles and lights, two and
three characters often. What no tag says (jitter, layouts, where a figure looks) stays as it was, so
that the base has nothing to guess. It lies here and not beside the other widths because their
tables are part of what names every rendered picture.
"""

from __future__ import annotations

from dataclasses import replace

from storybook.world import QUIET, Widths

GROWN: Widths = replace(
    QUIET,
    named=0.2,
    night=0.2,
    counts=(("1", 0.45), ("2", 0.37), ("3", 0.18)),
    framings=(("full body", 6.0), ("upper body", 3.0), ("close-up", 1.0)),
    poses=(
        ("standing", 2.0),
        ("waving", 2.0),
        ("arms up", 2.0),
        ("sitting", 2.0),
        ("running", 2.0),
        ("jumping", 2.0),
    ),
    views=(
        ("from front", 5.0),
        ("three-quarter view", 2.0),
        ("from side", 1.6),
        ("from behind", 1.0),
        ("from above", 0.8),
    ),
    expressions=(
        ("smile", 2.0),
        ("open mouth", 2.0),
        ("sad", 2.0),
        ("surprised", 2.0),
        ("angry", 2.0),
        ("closed eyes", 2.0),
    ),
    styles=(("flat color", 3.0), ("ink outline", 1.5), ("watercolor", 1.0), ("sketch", 0.7)),
)
