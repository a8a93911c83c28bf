// A file that is there whole or not at all.
import { linkSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { failedWith, writeDurably } from '../../src/runtime/durable-files.js';
import { workplace } from '../support/workplace.js';

const place = workplace();

describe('writing durably', () => {
  it('puts a whole file in its place and leaves nothing else behind', () => {
    const path = place.path('a', 'b', 'file');
    writeDurably(path, 'content', (temporary) => {
      expect(readFileSync(temporary, 'utf8')).toBe('content');
      renameSync(temporary, path);
    });
    expect(readFileSync(path, 'utf8')).toBe('content');
    expect(readdirSync(place.path('a', 'b'))).toEqual(['file']);
  });

  it('leaves the file that is there when it cannot be put in its place', () => {
    const path = place.write('c/file', 'theirs');
    let failure: unknown;
    try {
      writeDurably(path, 'mine', (temporary) => {
        linkSync(temporary, path);
      });
    } catch (error) {
      failure = error;
    }
    expect(failedWith(failure, 'EEXIST')).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe('theirs');
    expect(readdirSync(place.path('c'))).toEqual(['file']);
  });

  it('tells failures apart', () => {
    expect(failedWith(new Error('ENOENT'), 'ENOENT')).toBe(false);
    expect(failedWith('ENOENT', 'ENOENT')).toBe(false);
    expect(() => {
      writeFileSync(place.path('none', 'file'), '');
    }).toThrow('ENOENT');
  });
});
