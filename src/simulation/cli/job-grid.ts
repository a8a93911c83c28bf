// The grid of a job's model-days as lines of marks: models down, dates across, as many as there is room for. What
// does not fit is condensed: a mark then stands for several dates, and a line, if need be, for several models.
import { cut, oneLine, padded, widthOf, type Colour, type Paint, type Room } from '../../cli/terminal.js';
import type { WholeJobView } from '../queries/views.js';

type ModelDayStatus = WholeJobView['progress']['details'][number]['status'];

export interface GridView {
  dates: readonly string[];
  models: readonly string[];
  modelDays: readonly { date: string; model: string; status: ModelDayStatus }[];
}

type Mark = ModelDayStatus | 'begun';

const marks: Readonly<Record<Mark, readonly [mark: string, colour: Colour]>> = {
  pending: ['·', 'gray'],
  running: ['▶', 'yellow'],
  completed: ['■', 'green'],
  begun: ['▪', 'green'],
  failed: ['✗', 'red'],
};

const labelMax = 26;

/** Where each model-day is drawn. */
interface Layout {
  labelWidth: number;
  modelsPerLine: number;
  lines: number;
  datesPerMark: number;
  marksPerBand: number;
  bands: number;
  gap: string;
}

/** Dates that do not fit in one line go on in a further band of lines below, while there is room. */
function layoutOf({ dates, models }: GridView, { columns, rows }: Room): Layout {
  const longest = Math.max(...models.map((model) => widthOf(oneLine(model))));
  const labelWidth = Math.max(1, Math.min(longest, labelMax, Math.floor(columns / 3)));
  const fitting = Math.max(1, columns - labelWidth - 2);
  // One line of each band is its head, one line at the end the legend.
  const modelsPerLine = Math.ceil(models.length / Math.max(1, rows - 2));
  const lines = Math.ceil(models.length / modelsPerLine);
  const bandsMax = Math.max(1, Math.floor((rows - 1) / (lines + 1)));
  const datesPerMark = Math.ceil(dates.length / (fitting * bandsMax));
  const marksInAll = Math.ceil(dates.length / datesPerMark);
  const gap = datesPerMark === 1 && 2 * marksInAll - 1 <= fitting ? ' ' : '';
  const marksPerBand = Math.min(fitting, marksInAll);
  const bands = Math.ceil(marksInAll / marksPerBand);
  return { labelWidth, modelsPerLine, lines, datesPerMark, marksPerBand, bands, gap };
}

/** @param paint colours a run of marks; it must not change its width */
export function gridLines(grid: GridView, room: Room, paint: Paint): string[] {
  const layout = layoutOf(grid, room);
  const { labelWidth, modelsPerLine, lines, datesPerMark, marksPerBand, bands, gap } = layout;
  const counted = countsOf(grid, layout);
  const drawn: string[] = [];
  for (let band = 0; band < bands; band += 1) {
    const start = band * marksPerBand * datesPerMark;
    const dates = grid.dates.slice(start, start + marksPerBand * datesPerMark);
    const [first = '', last = ''] = [dates[0], dates.at(-1)];
    drawn.push(`${' '.repeat(labelWidth)}  ${first === last ? first : `${first} … ${last}`}`);
    const marksInBand = Math.ceil(dates.length / datesPerMark);
    for (let line = 0; line < lines; line += 1) {
      const cells = Array.from({ length: marksInBand }, (_, at) =>
        markOf(counted.get(line, band * marksPerBand + at)),
      );
      const label = labelOf(grid.models.slice(line * modelsPerLine, (line + 1) * modelsPerLine), labelWidth);
      drawn.push(`${label}  ${painted(cells, gap, paint)}`);
    }
  }
  return [...drawn, legend(layout, paint)];
}

type Counts = Readonly<Record<ModelDayStatus, number>>;

function countsOf(
  { dates, models, modelDays }: GridView,
  { datesPerMark, modelsPerLine }: Layout,
): { get(line: number, mark: number): Counts } {
  const markAt = new Map(dates.map((date, index) => [date, Math.floor(index / datesPerMark)]));
  const lineAt = new Map(models.map((model, index) => [model, Math.floor(index / modelsPerLine)]));
  const marksInAll = Math.ceil(dates.length / datesPerMark);
  const cells: Record<ModelDayStatus, number>[] = [];
  const cellAt = (line: number, mark: number): Record<ModelDayStatus, number> =>
    (cells[line * marksInAll + mark] ??= { pending: 0, running: 0, completed: 0, failed: 0 });
  for (const { date, model, status } of modelDays) {
    const [line, mark] = [lineAt.get(model), markAt.get(date)];
    if (line !== undefined && mark !== undefined) cellAt(line, mark)[status] += 1;
  }
  return { get: cellAt };
}

/** What matters most of several: a failure, then work going on. */
function markOf({ pending, running, completed, failed }: Counts): Mark {
  if (failed > 0) return 'failed';
  if (running > 0) return 'running';
  if (completed === 0) return 'pending';
  return pending === 0 ? 'completed' : 'begun';
}

function labelOf([first = '', ...others]: readonly string[], width: number): string {
  const more = others.length === 0 ? '' : ` +${others.length}`;
  return padded(cut(oneLine(first), Math.max(1, width - more.length)) + more, width);
}

/** Marks of one colour that stand together are coloured together. */
function painted(cells: readonly Mark[], gap: string, paint: Paint): string {
  const runs: [mark: Mark, count: number][] = [];
  for (const cell of cells) {
    const last = runs.at(-1);
    if (last?.[0] === cell) last[1] += 1;
    else runs.push([cell, 1]);
  }
  return runs
    .map(([cell, count]) => {
      const [mark, colour] = marks[cell];
      return paint(colour, new Array<string>(count).fill(mark).join(gap));
    })
    .join(gap);
}

function legend({ datesPerMark, modelsPerLine }: Layout, paint: Paint): string {
  const isCondensed = datesPerMark > 1 || modelsPerLine > 1;
  const shown = (Object.keys(marks) as Mark[]).filter((mark) => mark !== 'begun' || isCondensed);
  const told = shown.map((mark) => `${paint(marks[mark][1], marks[mark][0])} ${mark}`).join('  ');
  if (!isCondensed) return told;
  const models = modelsPerLine > 1 ? ` of ${modelsPerLine} models` : '';
  return `${told}  (a mark is ${datesPerMark} ${datesPerMark === 1 ? 'date' : 'dates'}${models})`;
}
