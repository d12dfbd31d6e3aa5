"""Draws legs, torso and arms, and what hangs behind them; knows no heads and no outfit details."""

from __future__ import annotations

from storybook.world import animals, hair, marks, outfits, props
from storybook.world.figure import Figure
from storybook.world.tables import Point, table
from storybook.world.tints import darker


def draw_body(figure: Figure) -> None:
    """Draw everything below the head, and the hair that hangs behind it."""
    if not figure.behind:
        animals.draw_tail(figure)
        hair.draw_back(figure)
        outfits.draw_cape(figure)
    hands = _hands(figure)
    if figure.profile:
        _draw_arm(figure, hands[1], far=True)
    _draw_legs(figure)
    outfits.draw_torso(figure)
    if figure.behind:
        outfits.draw_cape(figure)
        animals.draw_tail(figure)
    marks.draw_scarf(figure)
    for hand in hands[:1] if figure.profile else hands:
        _draw_arm(figure, hand)


def draw_held(figure: Figure) -> None:
    """Draw the prop in the hand; after the head, which would hide half of a balloon."""
    if figure.act.prop:
        props.draw_prop(figure.pen, figure.act.prop, _hands(figure)[1])


def _pose(figure: Figure, what: str) -> list[Point]:
    pose = table("acts")["poses"][figure.act.pose]["side" if figure.profile else "front"]
    return [(float(x), float(y)) for x, y in pose[what]]


def _hands(figure: Figure) -> list[Point]:
    """Return the hands; a prop puts the second one where the prop is well seen."""
    hands = _pose(figure, "hands")
    if figure.act.pose == "sitting":
        hands = [(x * 0.96, y + 0.14) for x, y in hands]
    if not figure.act.prop or figure.act.pose == "arms up":
        return hands
    waving, low = figure.act.pose == "waving", 0.6 * figure.drop
    if figure.profile:
        return [hands[1] if waving else hands[0], (1.2, 1.3 + low)]
    return [(-1.3, 0.5) if waving else hands[0], (1.12, 1.2 + low)]


def _draw_arm(figure: Figure, hand: Point, far: bool = False) -> None:
    side = 1.0 if hand[0] > 0 else -1.0
    x, y = (0.1 if far else 0.0, 1.14) if figure.profile else (side * 0.46 * figure.width, 1.1)
    shoulder = (x, y + figure.drop)
    bend = 0.1 if figure.profile else side * 0.14
    elbow = ((shoulder[0] + hand[0]) / 2 + bend, (shoulder[1] + hand[1]) / 2 + 0.1)
    wrist = (shoulder[0] * 0.16 + hand[0] * 0.84, shoulder[1] * 0.16 + hand[1] * 0.84)
    sleeve, skin = outfits.sleeve_of(figure), figure.skin
    figure.pen.oval(hand[0], hand[1], 0.19, 0.19, darker(skin, 0.1) if far else skin)
    figure.pen.limb([shoulder, elbow, wrist], darker(sleeve, 0.14) if far else sleeve, 0.31)


def _draw_legs(figure: Figure) -> None:
    pen = figure.pen
    leg = figure.skin if figure.character.outfit == "dress" else figure.tied("trousers")
    running = figure.act.pose == "running"
    soles = figure.act.pose == "sitting" and not figure.profile and not figure.behind
    for index, (x, y) in enumerate(_pose(figure, "feet")):
        hip = ((-0.24 if index == 0 else 0.24) * figure.width, 1.72 + 0.7 * figure.drop)
        knee = ((hip[0] + x) / 2 + (0.1 if running else 0.0), (hip[1] + y) / 2 - 0.04)
        pen.limb([hip, knee, (x, y)], leg, 0.34)
        if soles:
            pen.oval(x, y + 0.02, 0.25, 0.27, figure.tied("shoes"))
        else:
            toes = 0.12 if figure.profile or running else 0.06 * (1 if x > 0 else -1)
            pen.oval(x + toes, y + 0.1, 0.29, 0.18, figure.tied("shoes"))
