"""Draws tails, legs, torso, arms and what is around the neck; knows no heads and no outfit details."""

from __future__ import annotations

from storybook.world import hair, outfits, props
from storybook.world.figure import Figure
from storybook.world.pen import Point
from storybook.world.tables import Colour, colour, darker, lighter, mix, table

_WHITE: Colour = (252, 248, 242)


def draw_body(figure: Figure) -> None:
    """Draw everything below the head, and the hair that hangs behind it."""
    if not figure.behind:
        _draw_tail(figure)
        hair.draw_back(figure)
        _draw_cape(figure)
    hands = _points(figure, "hands")
    if figure.profile:
        _draw_arm(figure, hands[1], far=True)
    _draw_legs(figure)
    outfits.draw_torso(figure)
    if figure.behind:
        _draw_cape(figure)
        _draw_tail(figure)
    _draw_scarf(figure)
    arms = hands[:1] if figure.profile else hands
    for hand in arms:
        _draw_arm(figure, hand)


def draw_held(figure: Figure) -> None:
    """Draw the prop in the hand; after the head, which would hide half of a balloon."""
    if figure.act.prop:
        props.draw_prop(figure.pen, figure.act.prop, _points(figure, "hands")[1])


def _points(figure: Figure, what: str) -> list[Point]:
    pose = table("acts")["poses"][figure.act.pose]["side" if figure.profile else "front"]
    points: list[Point] = [(float(x), float(y)) for x, y in pose[what]]
    if what == "hands":
        if figure.act.pose == "sitting":
            points = [(x * 0.96, y + 0.14) for x, y in points]
        if figure.act.prop:
            points = _holding(figure, points)
    return points


def _holding(figure: Figure, hands: list[Point]) -> list[Point]:
    """Return the hands with the second one where a prop is well seen, and the first doing what the pose says."""
    low = 0.6 * figure.drop
    if figure.act.pose == "arms up":
        return hands
    if figure.profile:
        return [hands[1] if figure.act.pose == "waving" else hands[0], (1.2, 1.3 + low)]
    return [(-1.3, 0.5) if figure.act.pose == "waving" else hands[0], (1.12, 1.2 + low)]


def _draw_arm(figure: Figure, hand: Point, far: bool = False) -> None:
    pen = figure.pen
    side = 1.0 if hand[0] > 0 else -1.0
    shoulder = (0.1 if far else 0.0, 1.14) if figure.profile else (side * 0.46 * figure.width, 1.1)
    shoulder = (shoulder[0], shoulder[1] + figure.drop)
    bend = 0.1 if figure.profile else side * 0.14
    elbow = ((shoulder[0] + hand[0]) / 2 + bend, (shoulder[1] + hand[1]) / 2 + 0.1)
    sleeve = outfits.sleeve_of(figure)
    skin = darker(figure.skin, 0.1) if far else figure.skin
    wrist = (shoulder[0] * 0.16 + hand[0] * 0.84, shoulder[1] * 0.16 + hand[1] * 0.84)
    pen.oval(hand[0], hand[1], 0.19, 0.19, skin)
    pen.limb([shoulder, elbow, wrist], darker(sleeve, 0.14) if far else sleeve, 0.31)


def _draw_legs(figure: Figure) -> None:
    pen = figure.pen
    leg = figure.skin if figure.character.outfit == "dress" else figure.tied("trousers")
    shoe = figure.tied("shoes")
    feet = _points(figure, "feet")
    for index, (x, y) in enumerate(feet):
        hip = ((-0.24 if index == 0 else 0.24) * figure.width, 1.72 + 0.7 * figure.drop)
        knee = ((hip[0] + x) / 2 + (0.1 if figure.act.pose == "running" else 0.0), (hip[1] + y) / 2 - 0.04)
        pen.limb([hip, knee, (x, y)], leg, 0.34)
        forward = 0.12 if figure.profile or figure.act.pose == "running" else 0.06 * (1 if x > 0 else -1)
        if figure.act.pose == "sitting" and not figure.profile and not figure.behind:
            pen.oval(x, y + 0.02, 0.25, 0.27, shoe)
        else:
            pen.oval(x + forward, y + 0.1, 0.29, 0.18, shoe)


def _draw_tail(figure: Figure) -> None:
    pen, skin = figure.pen, figure.skin
    kind = figure.character.kind
    with pen.moved(0.0, 0.6 * figure.drop):
        if kind == "cat":
            pen.limb([(-0.3, 1.75), (-1.5, 1.95), (-1.28, 1.05)], skin, 0.25)
        elif kind == "fox":
            tip = _WHITE if figure.character.cover != "white" else (242, 206, 170)
            pen.blob([(-0.2, 1.7), (-0.8, 2.1), (-1.62, 1.75), (-1.6, 0.75), (-1.05, 1.15), (-0.5, 1.4)], skin)
            pen.blob([(-1.52, 1.42), (-1.66, 0.72), (-1.04, 1.12), (-1.2, 1.3)], tip, rim=False)
        elif kind == "rabbit":
            x = 0.0 if figure.behind else -0.68
            pen.oval(x, 1.68, 0.25, 0.25, lighter(skin, 0.55))
        elif kind == "bear" and (figure.behind or figure.profile):
            pen.oval(0.0 if figure.behind else -0.58, 1.7, 0.18, 0.18, skin)


def _draw_cape(figure: Figure) -> None:
    if figure.character.cape:
        cape = colour("outfit", figure.character.cape)
        figure.pen.blob([(-0.6, 0.85), (0.6, 0.85), (1.2, 2.15), (0.0, 2.05), (-1.2, 2.15)], cape)


def _draw_scarf(figure: Figure) -> None:
    scarf = figure.mark("scarf")
    if scarf is None:
        return
    pen, wide, drop = figure.pen, figure.width, figure.drop
    end = -0.3 if figure.behind else 0.3
    fold = mix(scarf, lighter(scarf, 0.5), 0.5)
    pen.box((end - 0.17, 0.95 + drop, end + 0.17, 1.55 + drop), 0.08, scarf)
    pen.box((end - 0.17, 1.38 + drop, end + 0.17, 1.46 + drop), 0.0, fold, rim=False)
    pen.box((-0.66 * wide, 0.76 + drop, 0.66 * wide, 1.12 + drop), 0.17, scarf)
