// The build, where only what runs the service is installed.
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { workplace } from './support/workplace.js';

const place = workplace();

function build(...words: string[]): { status: number | null; stderr: string } {
  const { status, stderr } = spawnSync(process.execPath, ['build.js', ...words], {
    cwd: place.path(),
    encoding: 'utf8',
  });
  return { status, stderr };
}

it('keeps what was built, and says what the build needs', () => {
  place.write('package.json', '{ "type": "module" }');
  copyFileSync(join(import.meta.dirname, '../build.js'), place.path('build.js'));
  const refused = { status: 1, stderr: expect.stringContaining('run `npm ci` without --omit=dev') };
  expect(build('--or-keep')).toEqual(refused);
  const main = place.write('dist/main.js', '');
  expect(build()).toEqual(refused);
  expect(build('--or-keep')).toEqual({ status: 0, stderr: '' });
  expect(existsSync(main)).toBe(true);
});
