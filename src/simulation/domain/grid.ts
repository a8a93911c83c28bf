// An immutable array that shares what did not change: a tree of arrays of 32, so setting one cell of 100,000 copies
// four short arrays. It keeps `evolve` pure and the cost of a command independent of the size of the job.

const bits = 5;
const width = 1 << bits;
const mask = width - 1;

/** The leaves hold cells, everything above them holds nodes. */
type Node<Cell> = readonly (Node<Cell> | Cell)[];

export class Grid<Cell> {
  private constructor(
    private readonly root: Node<Cell>,
    /** How far to shift an index for its place in the root. */
    private readonly shift: number,
    readonly length: number,
  ) {}

  /** Equal nodes are one node, so an untouched grid takes hardly any room. */
  static filled<Cell>(length: number, cell: Cell): Grid<Cell> {
    let node: Node<Cell> = new Array<Cell>(width).fill(cell);
    let shift = 0;
    for (; width << shift < length; shift += bits) node = new Array<Node<Cell>>(width).fill(node);
    return new Grid(node, shift, length);
  }

  /** @throws RangeError when the index is outside of the grid */
  at(index: number): Cell {
    if (index < 0 || index >= this.length)
      throw new RangeError(`no cell ${index} in a grid of ${this.length}`);
    let node = this.root;
    for (let shift = this.shift; shift > 0; shift -= bits) node = node[(index >> shift) & mask] as Node<Cell>;
    return node[index & mask] as Cell;
  }

  with(index: number, cell: Cell): Grid<Cell> {
    return new Grid(withCell(this.root, this.shift, index, cell), this.shift, this.length);
  }

  map(change: (cell: Cell) => Cell): Grid<Cell> {
    return new Grid(mapCells(this.root, this.shift, change), this.shift, this.length);
  }
}

function withCell<Cell>(node: Node<Cell>, shift: number, index: number, cell: Cell): Node<Cell> {
  const place = (index >> shift) & mask;
  const copy = node.slice();
  copy[place] = shift === 0 ? cell : withCell(node[place] as Node<Cell>, shift - bits, index, cell);
  return copy;
}

function mapCells<Cell>(node: Node<Cell>, shift: number, change: (cell: Cell) => Cell): Node<Cell> {
  if (shift === 0) return (node as readonly Cell[]).map(change);
  return (node as readonly Node<Cell>[]).map((child) => mapCells(child, shift - bits, change));
}
