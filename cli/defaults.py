"""A group of commands that does the usual thing when none of them is named."""

from typing import Any

from typer.core import TyperGroup


class FindsByDefault(TyperGroup):
    """`search "piano"` is `search find "piano"`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401
        """Read the words, with the usual command before them where they name none."""
        if args and args[0] not in self.commands and args[0] not in ctx.help_option_names:
            args = ["find", *args]
        return super().parse_args(ctx, args)
