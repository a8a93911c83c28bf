// The grid of cells: it behaves as an array would that is copied as a whole at every change.
import fc from 'fast-check';
import { Grid } from '../../../src/simulation/domain/grid.js';

const cellsOf = <Cell>(grid: Grid<Cell>): Cell[] =>
  Array.from({ length: grid.length }, (_, index) => grid.at(index));

describe('a grid', () => {
  it('has the same cell everywhere when it is new', () => {
    expect(cellsOf(Grid.filled(600, 'new'))).toEqual(new Array(600).fill('new'));
    expect(Grid.filled(0, 'new')).toHaveLength(0);
  });

  it('has no cell outside of itself', () => {
    const grid = Grid.filled(3, 'new');
    expect(grid.at(2)).toBe('new');
    expect(() => grid.at(3)).toThrow(new RangeError('no cell 3 in a grid of 3'));
    expect(() => grid.at(-1)).toThrow(RangeError);
    expect(() => Grid.filled(0, 'new').at(0)).toThrow(RangeError);
  });

  it('sets one cell, in any part of a large grid, and stays as it was itself', () => {
    const grid = Grid.filled(600, 0);
    for (const index of [0, 255, 256, 511, 512, 599]) {
      expect(cellsOf(grid.with(index, 1))).toEqual(new Array(600).fill(0).with(index, 1));
    }
    expect(cellsOf(grid)).toEqual(new Array(600).fill(0));
  });

  it('shares what did not change', () => {
    const grid = Grid.filled<object>(600, {}).map(() => ({}));
    const changed = grid.with(0, {});
    expect(cellsOf(changed).filter((cell, index) => cell !== grid.at(index))).toHaveLength(1);
  });

  it('is an array under any changes', () => {
    const change = fc.oneof(fc.record({ index: fc.nat(999), cell: fc.nat() }), fc.record({ add: fc.nat(9) }));
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.array(change, { maxLength: 20 }),
        (length, changes) => {
          let grid = Grid.filled(length, 0);
          let cells = new Array<number>(length).fill(0);
          for (const each of changes) {
            const before = grid;
            if ('add' in each) {
              grid = grid.map((cell) => cell + each.add);
              expect(cellsOf(before)).toEqual(cells);
              cells = cells.map((cell) => cell + each.add);
            } else {
              grid = grid.with(each.index % length, each.cell);
              expect(cellsOf(before)).toEqual(cells);
              cells = cells.with(each.index % length, each.cell);
            }
          }
          expect(cellsOf(grid)).toEqual(cells);
          expect(grid).toHaveLength(length);
        },
      ),
    );
  });
});
