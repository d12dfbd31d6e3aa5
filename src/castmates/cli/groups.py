"""A group of verbs that answers a misspelt one with the nearest, or with what there is."""

from __future__ import annotations

from typing import Any

from typer.core import TyperGroup

from castmates.core.near import did_you_mean


class NearVerbs(TyperGroup):
    """Refuses what is no verb of the group, and says which are."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if args and args[0] not in self.commands:
            ctx.fail(f"There is no '{args[0]}'. {did_you_mean(args[0], self.commands)}")
        return super().resolve_command(ctx, args)
