"""`sequitur block`: a block file with items of one's own, to try things out on one machine."""

from pathlib import Path
from typing import Annotated

import typer

from prover.adapter.celestia import Blob, check_blob_namespace, read_block
from prover.adapter.celestia.block_file import LARGEST_HEIGHT
from prover.adapter.celestia.builder import build_block
from prover.commands.arguments import hexadecimal
from prover.commands.output import print_facts, print_json
from prover.commands.prove import require_place, write_out


def block(
    *,
    height: Annotated[int, typer.Option(min=1, max=LARGEST_HEIGHT, help="The block's height.")],
    namespace: Annotated[
        str, typer.Option(metavar="HEX", help="The rollup's namespace, 29 bytes on Celestia.")
    ],
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where to write the block file.")],
    item: Annotated[
        list[str] | None,
        typer.Option(metavar="HEX", help="An item, in order; repeat the option, or have none."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="What was made as JSON.")] = False,
) -> None:
    """Make a block file in which these items are ordered: nobody's consensus stands behind it.

    Its square and its data root are what Celestia would make of the same transactions, and proofs of it are like any
    other; only that no light client will ever know its data root.

    Example:

      sequitur block --height 1 --namespace HEX --item $(sequitur send …) --item 6a756e6b --out 1.json
    """
    space = hexadecimal("--namespace", namespace)
    check_blob_namespace(space)
    blobs = [Blob(space, hexadecimal("--item", each)) for each in item or ()]
    require_place(out)
    data = build_block(height, blobs)
    write_out({out: data})
    root = read_block(data).square.data_root.hex()
    facts = {"height": height, "items": len(blobs), "data_root": root, "out": str(out)}
    if as_json:
        print_json(facts)
    else:
        print_facts("Block", facts)
