// An immutable array that shares what did not change: setting one cell of 100,000 copies two arrays of a few
// hundred entries. It keeps `evolve` pure and the cost of a command independent of the size of the job.

const chunkSize = 256;

export class Grid<Cell> {
  private constructor(
    private readonly chunks: readonly (readonly Cell[])[],
    readonly length: number,
  ) {}

  static filled<Cell>(length: number, cell: Cell): Grid<Cell> {
    const full = new Array<Cell>(chunkSize).fill(cell);
    const chunks = Array.from({ length: Math.ceil(length / chunkSize) }, () => full);
    return new Grid(chunks, length);
  }

  /** @throws RangeError when the index is outside of the grid */
  at(index: number): Cell {
    if (index < 0 || index >= this.length)
      throw new RangeError(`no cell ${index} in a grid of ${this.length}`);
    return this.chunkOf(index)[index % chunkSize] as Cell;
  }

  with(index: number, cell: Cell): Grid<Cell> {
    return new Grid(
      this.chunks.with(Math.floor(index / chunkSize), this.chunkOf(index).with(index % chunkSize, cell)),
      this.length,
    );
  }

  map(change: (cell: Cell) => Cell): Grid<Cell> {
    return new Grid(
      this.chunks.map((chunk) => chunk.map(change)),
      this.length,
    );
  }

  private chunkOf(index: number): readonly Cell[] {
    return this.chunks[Math.floor(index / chunkSize)] as readonly Cell[];
  }
}
