#!/usr/bin/env python3
"""Computes an expression of d and w over random temperatures, and prints the processor time of a value in nanoseconds: by
eval() of compiled code, row by row, and by numexpr over the columns (-1 if it is not there).

    python_peer.py EXPRESSION NUMEXPR
"""
import math
import random
import sys
import time

try:
    import numexpr
    import numpy
except ImportError:
    numexpr = None

ROWS = 100_000


def median_ns(run, rows, runs=5):
    took = []
    for _ in range(runs):
        begin = time.process_time()
        run()
        took.append(time.process_time() - begin)
    return sorted(took)[runs // 2] * 1e9 / rows


def main(expression, column_expression):
    rows = [(d := random.uniform(0, 40), random.uniform(0, d)) for _ in range(ROWS)]
    code = compile(expression, "expression", "eval")
    names = {"exp": math.exp, "sqrt": math.sqrt, "abs": abs, "__builtins__": {}}

    def by_eval():
        for names["d"], names["w"] in rows:
            eval(code, names)

    print(median_ns(by_eval, ROWS))
    if numexpr is None:
        print(-1)
        return
    numexpr.set_num_threads(1)
    columns = {name: numpy.array([row[i] for row in rows]) for i, name in enumerate("dw")}
    print(median_ns(lambda: [numexpr.evaluate(column_expression, columns) for _ in range(10)], 10 * ROWS))


main(sys.argv[1], sys.argv[2])
