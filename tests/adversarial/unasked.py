"""Nothing is said unasked.

A row that has no message in the honest trace may be made to send one, for a prover chooses how many rows are idle; but
then something must be received that was not before, so that another table has a say in it. A lie that breaks no rule
and makes an idle row send, while all that is received stays as it was, is reported unless it is reviewed.

Lookups are questions and say nothing: a row that only asks, as many do on every row, is idle, and may ask for more.
"""

from collections.abc import Container, Sequence

import numpy as np

from circuits.dsl.compile import Compiled
from tests.adversarial.liar import Liar
from tests.adversarial.reviewed import Unasked
from tests.adversarial.sweep import Sweep
from tests.adversarial.witness import Guard

ATTEMPTS = 200


def said_unasked(
    compiled: Compiled, sweeps: Sequence[Sweep], reviewed: Sequence[Unasked], generator: np.random.Generator
) -> list[str]:
    """The interactions of one table by which idle rows can be made to speak of themselves, in words."""
    complaints: list[str] = []
    form = sweeps[0].attacked.form
    excused = {each.bus.name: each for each in reviewed if each.table.name == form.name}
    unused = set(excused)
    liars = [(Liar(each.attacked), each) for each in sweeps]
    questions = _questions(compiled)
    for guard in sweeps[0].attacked.interactions():
        interaction = form.interactions[guard.number]
        bus = compiled.program.buses[interaction.bus - 1].name
        seeds = generator.integers(1 << 32, size=ATTEMPTS).tolist()
        says = interaction.sign == 1 and interaction.bus not in questions
        if says and any(_speaks(liar, each, guard, seeds, questions) for liar, each in liars):
            unused.discard(bus)
            if bus not in excused:
                complaints.append(f"{form.name} can say unasked {guard.source(compiled)}")
    return complaints + [f"{form.name} cannot say unasked, as reviewed: {bus}" for bus in sorted(unused)]


def _questions(compiled: Compiled) -> set[int]:
    """The buses of lookups: what is received there is counted, and may be any number of times."""
    every = (each for table in compiled.program.tables for each in table.interactions)
    return {each.bus for each in every if each.sign == -1 and each.weight == 0}


def _speaks(
    liar: Liar, attacked: Sweep, guard: Guard, seeds: Sequence[int], questions: Container[int]
) -> bool:
    interactions = attacked.attacked.form.interactions
    receives = [number for number, each in enumerate(interactions) if each.sign == -1]
    idle = [row for row in attacked.rows.tolist() if _is_idle(liar, row, questions)]
    for seed in seeds if idle else ():
        lie = liar.attempt(guard, seed, idle, [])
        if lie is None or any(lie.moved(number) for number in receives):
            continue
        if any(row in idle and lie.speaks(guard.number, row) for row in lie.moved(guard.number)):
            return True
    return False


def _is_idle(liar: Liar, row: int, questions: Container[int]) -> bool:
    values = liar.honest.values(row)
    interactions = liar.attacked.form.interactions
    return all(values[each.multiplicity] == 0 for each in interactions if each.bus not in questions)
