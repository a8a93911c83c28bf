// Drawing on a terminal, and what it looks like afterwards.
import { cut, durationText, LiveLines, oneLine, padded, widthOf } from '../../src/cli/terminal.js';
import { Screen } from './screen.js';

it('draws in place, and leaves the terminal as it was', () => {
  const screen = new Screen(80, 24);
  const lines = new LiveLines(screen);
  lines.draw(['one', 'two, which is longer', 'three']);
  lines.draw(['1', '2']);
  expect(screen.lines).toEqual(['1', '2']);
  screen.emit('resize');
  lines.draw(['one', 'two', 'three']);
  expect(screen.lines).toEqual(['one', 'two', 'three']);
  lines.close();
  lines.close();
  lines.draw(['too late']);
  expect(screen.lines).toEqual(['one', 'two', 'three']);
  const [hidden, shown] = ['\u001b[?25l', '\u001b[?25h'].map((code) => screen.written.lastIndexOf(code));
  expect(shown).toBeGreaterThan(hidden!);
  expect(screen.written.endsWith('\u001b[?7h\u001b[?25h')).toBe(true);
  expect(screen.listenerCount('resize')).toBe(0);
});

it('lets nothing that others wrote steer the terminal', () => {
  expect(oneLine('red\u001b[31m\nand \u202ereversed\u0007')).toBe('red [31m and  reversed ');
});

it('counts columns, not characters', () => {
  expect([cut('𝔤𝔯𝔦𝔡', 4), cut('𝔤𝔯𝔦𝔡', 3), cut('日本語', 5), cut('日本語', 6)]).toEqual([
    '𝔤𝔯𝔦𝔡',
    '𝔤𝔯…',
    '日本…',
    '日本語',
  ]);
  expect(padded('日本', 6)).toBe('日本  ');
  expect(widthOf('e\u0301🚀')).toBe(3);
});

it('tells how long something took', () => {
  expect([0, 59.9, 725, 11_232].map(durationText)).toEqual(['0s', '59s', '12m 05s', '3h 07m 12s']);
});
