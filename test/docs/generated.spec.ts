// docs/ says what the code does: a change of the contract or of the schema is seen in review.
import { readFileSync } from 'node:fs';
import { generated } from '../../docs/write.js';
import { startTestService } from '../support/service.js';
import { workplace } from '../support/workplace.js';

const place = workplace();
let made: Awaited<ReturnType<typeof generated>>;

beforeAll(async () => {
  made = await generated((await startTestService(place)).service);
});

const written = (name: string): string =>
  readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8').replaceAll('\r\n', '\n');

it.each(['openapi.json', 'schema.sql'] as const)('docs/%s is what the code makes', (name) => {
  const isTheSame = written(name) === made[name];
  if (!isTheSame)
    throw new Error(
      `docs/${name} differs from what the code makes: run \`npm run docs\`.\n${firstDifference(written(name), made[name])}`,
    );
});

function firstDifference(before: string, after: string): string {
  const [old, now] = [before.split('\n'), after.split('\n')];
  const line = now.findIndex((text, index) => text !== old[index]);
  const at = line === -1 ? now.length : line;
  return `line ${at + 1}\n- ${old[at] ?? ''}\n+ ${now[at] ?? ''}`;
}
