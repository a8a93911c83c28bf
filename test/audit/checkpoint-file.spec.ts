// The newest signed checkpoint, beside the key.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { readCheckpointFile, replaceCheckpointFile } from '../../src/audit/checkpoint-file.js';
import { workplace } from '../support/workplace.js';

const place = workplace();

describe('the checkpoint file', () => {
  it('is not there before the first checkpoint', () => {
    expect(readCheckpointFile(place.path('none.key'))).toBeUndefined();
  });

  it('holds the newest checkpoint only, beside the key', () => {
    const key = place.path('log', 'log.key');
    for (const note of ['one\n', 'a longer one\n', 'two\n']) {
      replaceCheckpointFile(key, note);
      expect(readCheckpointFile(key)).toBe(note);
    }
    expect(readdirSync(place.path('log'))).toEqual(['log.key.checkpoint']);
    expect(readFileSync(`${key}.checkpoint`, 'utf8')).toBe('two\n');
  });

  it('says what failed when it cannot be read or written', () => {
    const key = place.path('folder', 'log.key');
    mkdirSync(`${key}.checkpoint`, { recursive: true });
    expect(() => readCheckpointFile(key)).toThrow(
      `Cannot read the newest signed checkpoint in ${key}.checkpoint: EISDIR`,
    );
    expect(() => {
      replaceCheckpointFile(key, 'note\n');
    }).toThrow('Cannot write the newest signed checkpoint in');
    writeFileSync(place.path('file'), '');
    expect(() => {
      replaceCheckpointFile(place.path('file', 'log.key'), '');
    }).toThrow('Cannot write the newest');
    expect(readdirSync(place.path('folder'))).toEqual(['log.key.checkpoint']);
  });
});
