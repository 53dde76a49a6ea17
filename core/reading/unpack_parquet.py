"""Parquet on standard input, an Arrow stream on standard output: run by ``core.reading.parquet`` in
a process of its own, with nothing imported but Arrow.

Arrow reads Parquet in C++, and a file with a few wrong bytes can end the process that reads it
("Definition level histogram size mismatch", found by changing bytes at random); one written for the
purpose can ask for any amount of memory. A server must survive both.
"""

import sys

import pyarrow as pa
import pyarrow.parquet

CELL_BYTES = 8
TOO_MANY_STEPS = 3  # an exit status; how many there are is then on standard output
MEMORY_BYTES = 2**32  # of this process; a table takes its size once more while it is written


def main(most_bytes: int, most_steps: int | None = None) -> str | int | None:
    """None, or why it cannot be read."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    except ImportError:  # Windows has no such limit
        pass
    try:
        file = pyarrow.parquet.ParquetFile(pa.BufferReader(sys.stdin.buffer.read()))
        groups = [file.metadata.row_group(i) for i in range(file.metadata.num_row_groups)]
        cells = sum(g.column(i).num_values for g in groups for i in range(g.num_columns))
        if cells * CELL_BYTES > most_bytes:  # a constant column of any length takes a few bytes
            return f"it holds {cells:,} values, more than {most_bytes // CELL_BYTES:,}"
        steps = steps_at_least(file)
        if most_steps is not None and steps > most_steps:
            sys.stdout.write(str(steps))
            return TOO_MANY_STEPS
        table = file.read(use_threads=False)
        with pa.ipc.new_stream(sys.stdout.buffer, table.schema) as stream:
            stream.write_table(table)
    except (pa.ArrowException, OSError, UnicodeDecodeError, MemoryError) as error:
        return str(error).splitlines()[0][:200] if str(error) else type(error).__name__
    return None


def steps_at_least(file: pyarrow.parquet.ParquetFile) -> int:
    """A row is a step or a sequence of some; in a column of lists, every item of a list is a step,
    and an empty list counts as an item."""
    metadata = file.metadata
    rows, columns = metadata.num_rows, range(metadata.num_columns)
    lists = [i for i in columns if file.schema.column(i).max_repetition_level == 1]
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    return max([rows, *(sum(g.column(i).num_values for g in groups) - rows for i in lists)])


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
