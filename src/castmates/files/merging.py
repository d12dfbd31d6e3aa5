"""Put plain data into a TOML document, changing only what differs; knows no settings."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from typing import Any

import tomlkit
from tomlkit.items import AoT, Item, Table

_LONG = 80


def with_tables(target: Any, data: Mapping[str, Any], comments: Mapping[str, list[str]]) -> None:
    """Add plain data to an empty document or table: values first, then tables.

    Args:
        target: a tomlkit document or table.
        comments: key -> lines that stand above it.
    """
    tables = {key: value for key, value in data.items() if _is_table(value)}
    for key, value in data.items():
        if key not in tables:
            _comment(target, comments.get(key, ()))
            target.add(key, _item(value))
    for key, value in tables.items():
        _comment(target, comments.get(key, ()))
        target.add(key, _item(value))


def merge(
    target: Any, data: Mapping[str, Any], comments: Mapping[str, list[str]] | None = None
) -> None:
    """Make a parsed document hold `data`, touching only the keys whose values differ.

    Args:
        comments: key -> lines that stand above it where it is new.
    """
    for key in [key for key in target if key not in data]:
        del target[key]
    for key, value in data.items():
        if key not in target:
            _comment(target, (comments or {}).get(key, ()))
            target.add(key, _item(value))
            continue
        old = target[key]
        if isinstance(value, dict) and isinstance(old, MutableMapping):
            merge(old, value)
        elif isinstance(old, AoT) and _is_table_list(value):
            _merge_tables(old, value)
        elif _unwrapped(old) != value:
            target[key] = _item(value)


def _merge_tables(old: AoT, rows: list[dict[str, Any]]) -> None:
    while len(old) > len(rows):
        del old[len(old) - 1]
    for index, row in enumerate(rows):
        if index < len(old):
            merge(old[index], row)
        else:
            if index:
                old[index - 1].add(tomlkit.nl())
            old.append(_table(row))


def _comment(target: Any, lines: Any) -> None:
    for line in lines:
        target.add(tomlkit.comment(line))


def _item(value: Any) -> Item:
    if isinstance(value, dict):
        return _table(value)
    if _is_table_list(value):
        rows = tomlkit.aot()
        for row in value:
            rows.append(_table(row))
        return rows
    if isinstance(value, list):
        array = tomlkit.array()
        array.extend(value)
        array.multiline(len(value) > 1 and sum(len(str(v)) + 4 for v in value) > _LONG)
        return array
    item: Item = tomlkit.item(value)
    return item


def _table(data: Mapping[str, Any]) -> Table:
    table = tomlkit.table()
    with_tables(table, data, {})
    return table


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) or _is_table_list(value)


def _is_table_list(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(v, dict) for v in value)


def _unwrapped(item: Any) -> Any:
    return item.unwrap() if hasattr(item, "unwrap") else item
