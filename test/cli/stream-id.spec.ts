// One of many by the beginning of its id.
import { completeId } from '../../src/cli/stream-id.js';

const ids = ['550e8400-e29b-41d4-a716-446655440000', '550e8411-e29b-41d4-a716-446655440000'];

const complete = (given: string): Promise<string> =>
  completeId('job', given, (prefix) => ids.filter((id) => id.startsWith(prefix)));

it('takes the beginning of one id, and a whole id without asking', async () => {
  expect(await complete('550e840')).toBe(ids[0]);
  expect(await complete('550E8411-E29B')).toBe(ids[1]);
  const unknown = 'ffffffff-e29b-41d4-a716-446655440000';
  expect(await complete(unknown)).toBe(unknown);
});

it('refuses the beginning of several, of none, and what is too short or no id at all', async () => {
  await expect(complete('550e')).rejects.toThrow(`Several jobs begin with 550e: ${ids[0]}, ${ids[1]}`);
  await expect(complete('ffff')).rejects.toThrow('There is no job ffff.');
  for (const given of ['550', '', 'newest', '550e%'])
    await expect(complete(given)).rejects.toThrow('at least the first 4 characters');
});
