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
MEMORY_BYTES = 2**32  # of this process; a table takes its size once more while it is written


def main(most_bytes: int) -> str | None:
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
        table = file.read(use_threads=False)
        with pa.ipc.new_stream(sys.stdout.buffer, table.schema) as stream:
            stream.write_table(table)
    except (pa.ArrowException, OSError, UnicodeDecodeError, MemoryError) as error:
        return str(error).splitlines()[0][:200] if str(error) else type(error).__name__
    return None


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
