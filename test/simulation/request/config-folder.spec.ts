import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { ConfigFolder } from '../../../src/simulation/request/config-folder.js';
import { Problem } from '../../../src/http/problem.js';
import { workplace } from '../../support/workplace.js';

const place = workplace();
const folder = new ConfigFolder(place.path('configs'));

const write = (name: string, content: unknown): string =>
  place.write(`configs/${name}`, typeof content === 'string' ? content : JSON.stringify(content));

/** The detail of the refusal, which points at /config_path and shows no path of this machine. */
async function refusal(configPath: string): Promise<string> {
  const problem = await folder.read(configPath).then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(problem).toBeInstanceOf(Problem);
  const { status, code, members } = problem as Problem;
  expect({ status, code }).toEqual({ status: 422, code: 'invalid_request' });
  const [error, ...others] = members['errors'] as { pointer: string; detail: string }[];
  expect(others).toEqual([]);
  expect(error!.pointer).toBe('/config_path');
  expect(error!.detail).not.toContain(place.path());
  return error!.detail;
}

describe('a path', () => {
  beforeAll(() => {
    write('plain.json', '{}');
    write('deep/er/plain.json', '{}');
    write('configs/plain.json', '{}');
    place.write('secret.json', '{}');
    place.write('configs-too/secret.json', '{}');
  });

  it.each([
    'plain.json',
    'configs/plain.json',
    './plain.json',
    './configs//plain.json',
    'configs/./plain.json',
    'configs/deep/../plain.json',
    'deep/../plain.json',
    'configs/../plain.json',
  ])('names one file, with or without the name of the folder: %s', async (path) => {
    expect((await folder.read(path)).path).toBe('configs/plain.json');
  });

  it('may lead into a folder of the folder, of the same name as well', async () => {
    expect((await folder.read('deep/er/plain.json')).path).toBe('configs/deep/er/plain.json');
    expect((await folder.read('configs/configs/plain.json')).path).toBe('configs/configs/plain.json');
  });

  it('that is stored leads to the file again', async () => {
    const { path } = await folder.read('deep/er/plain.json');
    expect(folder.absolute(path)).toBe(place.path('configs', 'deep', 'er', 'plain.json'));
  });

  it.each([
    '..',
    '../secret.json',
    'configs/../../secret.json',
    'deep/../../secret.json',
    '../configs-too/secret.json',
    '/etc/passwd',
    'plain.json\0',
    '\0',
  ])('never leads out: %j', async (path) => {
    expect(await refusal(path)).toBe('must name a file inside of configs/');
  });

  it('that is absolute is refused even inside of the folder', async () => {
    expect(await refusal(place.path('configs', 'plain.json'))).toBe('must name a file inside of configs/');
  });

  it('never leads out through a link', async () => {
    symlinkSync(place.path('secret.json'), place.path('configs', 'link.json'));
    symlinkSync(place.path(), place.path('configs', 'up'));
    symlinkSync('../secret.json', place.path('configs', 'relative.json'));
    for (const path of ['link.json', 'up/secret.json', 'relative.json']) {
      expect(await refusal(path)).toBe(`configs/${path} leads out of configs/`);
    }
  });

  it('may be a link that stays inside', async () => {
    symlinkSync('deep', place.path('configs', 'shortcut'));
    expect((await folder.read('shortcut/er/plain.json')).path).toBe('configs/shortcut/er/plain.json');
  });

  it('is not decoded', async () => {
    for (const path of ['%2e%2e/secret.json', '%2e%2e%2fsecret.json', '..%2fsecret.json', 'plain%2ejson']) {
      expect(await refusal(path)).toBe(`there is no file configs/${path}`);
    }
  });

  it('to nothing is refused', async () => {
    for (const path of [
      'missing.json',
      'no/such/folder.json',
      'plain.json/more',
      `${'x'.repeat(300)}.json`,
    ]) {
      expect(await refusal(path)).toBe(`there is no file configs/${path}`);
    }
  });

  it('to a folder is refused', async () => {
    mkdirSync(place.path('configs', 'folder.json'));
    expect(await refusal('folder.json')).toBe('configs/folder.json is not a file');
    for (const path of ['.', 'configs/', 'deep/']) expect(await refusal(path)).toMatch(/is not a file$/);
  });

  it('to a link in a circle is refused', async () => {
    symlinkSync('circle.json', place.path('configs', 'circle.json'));
    expect(await refusal('circle.json')).toBe('configs/circle.json cannot be read (ELOOP)');
  });

  it('to a file of another user is refused', async () => {
    chmodSync(write('locked.json', '{}'), 0);
    // An administrator may read everything.
    if (process.getuid?.() === 0) return;
    expect(await refusal('locked.json')).toBe('configs/locked.json cannot be read (EACCES)');
  });
});

describe('a config', () => {
  it('names models and dates, and the rest is not ours', async () => {
    const text = JSON.stringify({
      models: [
        { signature: 'a', basemodel: 'x', openai_api_key: 'secret' },
        { signature: 'b', enabled: false },
        { signature: 'c', enabled: true },
      ],
      date_range: { init_date: '2025-01-06', end_date: '2025-01-10', why: 'a week' },
      agent_type: 'BaseAgent',
    });
    write('whole.json', text);
    expect(await folder.read('whole.json')).toEqual({
      path: 'configs/whole.json',
      isThere: true,
      sha256: createHash('sha256').update(text).digest('hex'),
      listedModels: ['a', 'b', 'c'],
      enabledModels: ['a', 'c'],
      dateRange: { start: '2025-01-06', end: '2025-01-10' },
    });
  });

  it('may name nothing, and then any model goes', async () => {
    write('empty.json', '{}');
    expect(await folder.read('empty.json')).toMatchObject({
      listedModels: undefined,
      enabledModels: [],
      dateRange: undefined,
    });
  });

  it.each(['', '{', 'models: []', "{'models': []}", '\ufeff\ufeff{}'])(
    'is JSON, and not %j',
    async (text) => {
      write('text.json', text);
      expect(await refusal('text.json')).toBe('configs/text.json is not JSON');
    },
  );

  it.each([
    ['null', 'it: '],
    ['[]', 'it: '],
    ['"text"', 'it: '],
    ['7', 'it: '],
    ['{"models": {}}', 'models: '],
    ['{"models": ["a"]}', 'models.0: '],
    ['{"models": [{"name": "a"}]}', 'models.0.signature: '],
    ['{"models": [{"signature": ""}]}', 'models.0.signature: '],
    ['{"models": [{"signature": "a", "enabled": "no"}]}', 'models.0.enabled: '],
    ['{"date_range": ["2025-01-06"]}', 'date_range: '],
    ['{"date_range": {"init_date": "2025-01-06"}}', 'date_range.end_date: '],
    ['{"date_range": {"init_date": "2025-02-30", "end_date": "2025-03-01"}}', 'date_range.init_date: '],
  ])('of a wrong shape is refused, and told where: %s', async (text, where) => {
    write('shape.json', text);
    const detail = await refusal('shape.json');
    expect(detail).toContain('configs/shape.json cannot be used: ');
    expect(detail).toContain(where);
  });

  it('that is wrong in every line is told of the first problems', async () => {
    write('all-wrong.json', { models: Array(50_000).fill(1) });
    const detail = await refusal('all-wrong.json');
    expect(detail).toContain('models.0');
    expect(detail.length).toBeLessThan(5_000);
  });

  it('is no larger than a megabyte', async () => {
    write('just.json', `"${'x'.repeat(1_048_574)}"`);
    expect(await refusal('just.json')).toMatch(/cannot be used/);
    write('large.json', `"${'x'.repeat(1_048_575)}"`);
    expect(await refusal('large.json')).toBe('configs/large.json is larger than 1048576 bytes');
  });
});
