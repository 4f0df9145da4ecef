"""Changes of single cells of one table, on many rows and to many values at once."""

from collections.abc import Mapping

import numpy as np

from circuits.dsl.columns import Column
from tests.adversarial.graph import Graph, canonical, evaluate
from tests.adversarial.messages import entry, linear_hash, rehashed
from tests.adversarial.noticed import Noticed
from tests.adversarial.witness import Attacked, Guard, Integers, Mask
from verifier.field import P
from verifier.program import Selector


class CellAttack:
    """A table's honest values on the rows to be changed and on the rows above them.

    A cell is read by the rules of its own row, by those of the row above as `below`, and by its own row's
    messages: nothing else can notice that it changes, so nothing else is computed.
    """

    def __init__(self, attacked: Attacked, rows: Integers) -> None:
        self.attacked, self.rows = attacked, rows
        height = attacked.height
        above = (rows - 1) % height
        self._graph = Graph(attacked.form)
        self._honest = (
            evaluate(attacked, rows, (rows + 1) % height),
            evaluate(attacked, above, rows),
        )
        self._stated = [
            (stated_for(rule.selector, rows, height), stated_for(rule.selector, above, height))
            for rule in attacked.form.rules
        ]
        self._rules: dict[int, list[int]] = {}
        for number, rule in enumerate(attacked.form.rules):
            self._rules.setdefault(rule.node, []).append(number)
        self._hashed = [
            linear_hash([self._honest[0][node] for node in each.message], len(rows))
            for each in attacked.form.interactions
        ]

    def change(self, column: int, values: Integers) -> Noticed:
        """Who notices new values, of shape (rows, values), in a column."""
        written = Column.of(values)
        broken: dict[Guard, Mask] = {}
        here: Mapping[int, Column] = {}
        for below in (0, 1):
            leaf = self._graph.cells.get((column, below))
            if leaf is None:
                continue
            changed = self._graph.changed(self._honest[below], {leaf: written})
            if not below:
                here = changed
            for node in changed.keys() & self._rules.keys():
                wrong = canonical(changed[node]) != 0
                for number in self._rules[node]:
                    guard = Guard(self.attacked.form.name, True, number)
                    mask = wrong & self._stated[number][below][:, None]
                    broken[guard] = broken[guard] | mask if guard in broken else mask
        moved = self._moved(here)
        buses: dict[int, Integers] = {}
        for guard, ledger in moved.items():
            bus = self.attacked.form.interactions[guard.number].bus
            buses[bus] = (buses.get(bus, 0) + ledger) % P
        return Noticed(values.shape, broken, moved, buses)

    def _moved(self, here: Mapping[int, Column]) -> dict[Guard, Integers]:
        found: dict[Guard, Integers] = {}
        values = self._honest[0]
        for number, interaction in enumerate(self.attacked.form.interactions):
            if here.keys().isdisjoint((interaction.multiplicity, *interaction.message)):
                continue
            honest_times = values[interaction.multiplicity]
            times = here.get(interaction.multiplicity, honest_times)
            hashed = rehashed(interaction, self._hashed[number], values, here)
            after = entry(interaction.sign, times, hashed)
            before = entry(interaction.sign, honest_times, self._hashed[number])
            found[Guard(self.attacked.form.name, False, number)] = (after - before) % P
        return found


def stated_for(selector: Selector, rows: Integers, height: int) -> Mask:
    """Which of the rows rules with this selector are stated for."""
    if selector == Selector.EVERY:
        return np.ones(len(rows), dtype=np.bool_)
    edge = 0 if selector == Selector.FIRST else height - 1
    at_edge: Mask = np.equal(rows, edge)
    return ~at_edge if selector == Selector.BETWEEN else at_edge
