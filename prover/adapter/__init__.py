"""One package a sequencing layer: from its blocks to their checked commitments and what a namespace holds."""
