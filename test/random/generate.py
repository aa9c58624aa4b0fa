# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Graphs from seeds."""
import numpy

import elementwise
import movement
import networks
from graph import Graph, Unsuitable

# Families with their weight.
FAMILIES = {
    "elementwise": (8, elementwise.TEMPLATES), "movement": (7, movement.TEMPLATES), "products": (4, networks.PRODUCTS),
    "rows": (3, networks.ROWS), "images": (2, networks.IMAGES), "models": (1, networks.MODELS),
    "control": (1, networks.CONTROL),
}


def random_graph(seed, families, prefix="", allow_empty=False):
    """The graph of a seed: always the same for the same other arguments."""
    rng = numpy.random.default_rng(seed)
    graph = Graph(rng, prefix)
    graph.allow_empty = allow_empty
    weights = numpy.array([FAMILIES[name][0] for name in families], dtype=float)
    # A graph leans on one family or another.
    weights *= rng.exponential(1.0, len(families))
    weights /= weights.sum()
    wanted = int(rng.integers(2, 13))
    for _ in range(10 * wanted):
        templates = FAMILIES[families[int(rng.choice(len(families), p=weights))]][1]
        template = templates[int(rng.integers(len(templates)))]
        nodes, leaves = len(graph.nodes), set(graph.leaves)
        try:
            template(graph)
        except Unsuitable:
            # What it made on the way is dropped.
            del graph.nodes[nodes:]
            kept = {name for node in graph.nodes for name in node.outputs} | leaves
            graph.values = {name: value for name, value in graph.values.items() if name in kept}
            graph.leaves = {name: array for name, array in graph.leaves.items() if name in leaves}
            graph.constants &= leaves
        if len(graph.nodes) >= wanted:
            break
    graph.finish()
    return graph
