"""`castmates choose`: the epoch and the strength, with reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from castmates.cli.door import pass_through
from castmates.cli.options import HERE, BaseOption, JsonOption, NameArgument, StudioOption

if TYPE_CHECKING:
    from castmates.studio.choose import Chosen, Plan


def command(
    name: NameArgument,
    studio: StudioOption = HERE,
    base: BaseOption = None,
    race: Annotated[
        bool, typer.Option("--race", help="Race the epochs, although a finished grid is there.")
    ] = False,
    budget: Annotated[
        int | None, typer.Option(min=1, help="Pictures that a race may take at most.")
    ] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Say what a race costs; draw none.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Choose epoch and strength by likeness and obedience, and say why.

    From the grid that is there; without one, epochs and strengths race. A race that is stopped
    goes on by the same command.

    Example: castmates choose pip --budget 300 --studio my-studio
    """
    if plan:
        _tell_plan(name, studio, base, budget, as_json)
        return
    from castmates.files.studio import Studio
    from castmates.studio.choose import choose

    def words(chosen: Chosen) -> str:
        said = [*chosen.decision.pick.reasons, *chosen.decision.advice]
        if chosen.report:
            said.append(f"The report: {chosen.report}")
        said.append(f'Next: castmates draw "{{{name}}}, christmas hat, snow" --studio {studio}')
        return "\n".join(said)

    pass_through(
        lambda tell: choose(
            Studio.open(studio), name, base=base, budget=budget, race=race, tell=tell
        ),
        as_json=as_json,
        words=words,
        data=lambda chosen: chosen.data(),
    )


def _tell_plan(
    name: str, studio: StudioOption, base: str | None, budget: int | None, as_json: bool
) -> None:
    from castmates.files.studio import Studio
    from castmates.studio.choose import plan_of

    def words(plan: Plan) -> str:
        return "\n".join(plan.lines)

    pass_through(
        lambda tell: plan_of(Studio.open(studio), name, base=base, budget=budget, tell=tell),
        as_json=as_json,
        words=words,
        data=lambda plan: plan.model_dump(mode="json"),
    )
