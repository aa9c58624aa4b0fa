# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Single operators where readings of the standard part, beside what it says."""
import dataclasses

import numpy

FLOAT, I8 = numpy.float32, numpy.int8


@dataclasses.dataclass
class Case:
    """One node. `inputs` are arrays, `constants` the positions of those that are initializers."""
    name: str
    op: str
    inputs: list
    wanted: list
    opset: int = 17
    attributes: dict = dataclasses.field(default_factory=dict)
    constants: tuple = ()


def selections():
    """A result without elements, of which a dimension before the last has some."""
    x = numpy.arange(12, dtype=FLOAT).reshape(2, 3, 2)
    nothing = numpy.zeros(2, bool)
    yield Case("Compress, nothing", "Compress", [x, nothing], [x[:, :, :0]], attributes={"axis": 2})
    yield Case("Compress, one", "Compress", [x, ~nothing], [x], attributes={"axis": 2})


def shrinks():
    """Integers with attributes that are not whole: the fraction of the result is cut off."""
    x = numpy.array([-9, -2, -1, 0, 1, 2, 9], I8)
    near = numpy.where(x < -1.5, x + 0.75, numpy.where(x > 1.5, x - 0.75, 0)).astype(I8)
    yield Case("Shrink, integers", "Shrink", [x], [near], attributes={"bias": 0.75, "lambd": 1.5})
    yield Case("Shrink, unsigned", "Shrink", [x.view(numpy.uint8)], [numpy.where(x.view(numpy.uint8) > 1.5, x.view(numpy.uint8) - 1.0, 0)
                                                                      .astype(numpy.uint8)], attributes={"bias": 1.0, "lambd": 1.5})


def cases():
    return [*selections(), *shrinks()]
