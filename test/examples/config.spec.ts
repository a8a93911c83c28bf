// What the session takes from a config, what it refuses, and that a changed file is read again.
import { readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseConfig, readConfig } from '../../examples/trading-session/config.js';
import { temporaryFolder, writeConfig } from './support.js';

const folder = temporaryFolder();
const parse = (config: unknown) => parseConfig(JSON.stringify(config));

describe('the config of the trading session', () => {
  it('may be empty: the model is its own strategy and the book lies under data', () => {
    const config = parse({});
    expect(config.bookFolder).toBe(resolve('data/trading-session'));
    expect(config.paceMs).toBe(0);
    expect(config.recipeOf('momentum')).toEqual({ strategy: 'momentum', parameters: {} });
    expect(parse({ models: [] }).recipeOf('momentum').strategy).toBe('momentum');
  });

  it('gives each listed model its strategy and parameters, and ignores what is for others', () => {
    const config = parse({
      date_range: { init_date: '2020-01-02', end_date: '2020-01-17' },
      book_dir: '/books',
      pace_ms: 250,
      models: [
        { signature: 'momentum', enabled: false, colour: 'red' },
        { signature: 'fast', strategy: 'momentum', parameters: { window: 20 } },
      ],
    });
    expect(config.bookFolder).toBe('/books');
    expect(config.paceMs).toBe(250);
    expect(config.recipeOf('momentum')).toEqual({ strategy: 'momentum', parameters: {} });
    expect(config.recipeOf('fast')).toEqual({ strategy: 'momentum', parameters: { window: 20 } });
    expect(() => config.recipeOf('slow')).toThrow('model "slow" is not listed (there is: momentum, fast)');
  });

  it.each([
    [[], 'it must be an object'],
    [null, 'it must be an object'],
    [{ book_dir: '' }, '"book_dir" must be the path of a folder'],
    [{ book_dir: 7 }, '"book_dir" must be the path of a folder'],
    [{ pace_ms: -1 }, '"pace_ms" must be a number of milliseconds from 0 to an hour'],
    [{ pace_ms: '5' }, '"pace_ms" must be a number of milliseconds from 0 to an hour'],
    [{ models: {} }, '"models" must be a list'],
    [{ models: ['a'] }, 'every model must be an object'],
    [{ models: [{ name: 'a' }] }, 'every model must have a "signature"'],
    [{ models: [{ signature: 'a' }, { signature: 'a' }] }, 'model "a" is listed twice'],
  ])('%j is refused', (config, why) => {
    expect(() => parse(config)).toThrow(`the config of the trading session is wrong: ${why}`);
  });

  it.each([
    [{ strategy: 7 }, 'the "strategy" of model "a" must be a name'],
    [{ parameters: [20] }, 'the "parameters" of model "a" must be an object'],
  ])('a model with %j is refused when it is asked for', (model, why) => {
    expect(() => parse({ models: [{ signature: 'a', ...model }] }).recipeOf('a')).toThrow(why);
  });

  it('that is no JSON is refused', () => {
    expect(() => parseConfig('{')).toThrow('the config of the trading session is wrong: it is not JSON');
  });

  it('is read once, and again when the file was replaced', () => {
    const path = writeConfig(folder, { pace_ms: 1 });
    expect(readConfig(path)).toBe(readConfig(path));
    const next = join(folder, 'next.json');
    writeFileSync(next, JSON.stringify({ pace_ms: 2 }));
    renameSync(next, path);
    expect(readConfig(path).paceMs).toBe(2);
  });

  it('is read again when the file was changed in place to one of the same size', () => {
    const path = writeConfig(folder, { pace_ms: 1 });
    utimesSync(path, 1, 1);
    expect(readConfig(path).paceMs).toBe(1);
    writeFileSync(path, readFileSync(path, 'utf8').replace('"pace_ms":1', '"pace_ms":2'));
    utimesSync(path, 2, 2);
    expect(readConfig(path).paceMs).toBe(2);
  });

  it('that does not exist is an error, unless it is the default one', () => {
    expect(() => readConfig(join(folder, 'missing.json'))).toThrow('missing.json');
    expect(readConfig(join(folder, 'default_config.json')).paceMs).toBe(0);
  });
});
