// Putting a database in the place of another: what is refused, and what an end at any step leaves to the next.
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import BetterSqlite3 from 'better-sqlite3';
import { Replacement } from '../../../src/database/sqlite/replacement.js';
import { DatabaseInUse } from '../../../src/database/service-lock.js';
import { takeServiceLock } from '../../../src/database/sqlite/service-lock.js';
import { systemRuntime } from '../../../src/runtime/runtime.js';
import { migrationsOf } from '../../../src/schema.js';
import { kinds } from '../../support/kinds.js';
import { fixtureDatabase } from '../../support/fixture-database.js';
import { workplace } from '../../support/workplace.js';

const place = workplace();

function edit(path: string, sql: string): void {
  const connection = new BetterSqlite3(path);
  connection.exec(sql);
  connection.close();
}

/** Replaces it, and tells where the old one is kept. */
function replace(database: string, file: string): string | undefined {
  const replacement = Replacement.begin(database, systemRuntime);
  try {
    replacement.take(file, migrationsOf(kinds));
    return replacement.finish();
  } finally {
    replacement.end();
  }
}

/** The name that the fixture's log has, or the one that was given to it: tells which of two databases it is. */
function nameOf(path: string): unknown {
  const connection = new BetterSqlite3(path, { readonly: true });
  try {
    return connection.prepare('SELECT origin FROM log_identity').pluck().get();
  } finally {
    connection.close();
  }
}

const named = (folder: string, name: string): string => {
  const path = fixtureDatabase(place, folder);
  edit(path, `UPDATE log_identity SET origin = '${name}'`);
  return path;
};

/** Without what a mere reader makes, and without the lock: they hold nothing. */
const filesBeside = (path: string): string[] =>
  readdirSync(dirname(path))
    .filter((name) => !/\.lock$|-shm$/.test(name))
    .filter((name) => !name.endsWith('-wal') || statSync(join(dirname(path), name)).size > 0);

describe('refuses, and changes nothing,', () => {
  const cases: [string, (file: string) => void, string][] = [
    [
      'a file that is no database',
      (file) => {
        writeFileSync(file, 'Dear diary, '.repeat(1_000));
      },
      'damaged, or no SQLite database',
    ],
    [
      'an empty file',
      (file) => {
        truncateSync(file, 0);
      },
      'it is empty',
    ],
    [
      'a database that was cut off',
      (file) => {
        truncateSync(file, statSync(file).size / 2);
      },
      'damaged',
    ],
    [
      'one of another program',
      (file) => {
        edit(file, 'DROP TABLE schema_migrations');
      },
      'database of another program',
    ],
    [
      'one that a newer Daybook migrated',
      (file) => {
        edit(file, "INSERT INTO schema_migrations (timestamp, name) VALUES (9e12, 'Later9')");
      },
      'newer Daybook (Later9)',
    ],
  ];

  it.each(cases)('%s', (name, spoil, reason) => {
    const database = fixtureDatabase(place, name);
    const file = fixtureDatabase(place, `${name}-backup`);
    spoil(file);
    const before = readFileSync(database);
    expect(() => replace(database, file)).toThrow(reason);
    expect(readFileSync(database).equals(before)).toBe(true);
    expect(filesBeside(database)).toEqual(['jobs.db']);
  });

  it('a page that was overwritten', () => {
    const database = fixtureDatabase(place, 'page');
    const file = fixtureDatabase(place, 'page-backup');
    const bytes = readFileSync(file);
    writeFileSync(file, bytes.fill('x', 5 * 4_096, 6 * 4_096));
    expect(() => replace(database, file)).toThrow('damaged');
    expect(filesBeside(database)).toEqual(['jobs.db']);
  });

  it('a file that is not there, and the database itself', () => {
    const database = fixtureDatabase(place, 'itself');
    expect(() => replace(database, place.path('nothing.db'))).toThrow('there is no such file');
    expect(() => replace(database, database)).toThrow('is the database itself');
    expect(filesBeside(database)).toEqual(['jobs.db']);
  });

  it('what is no file, and to take the place of what is none', () => {
    const database = fixtureDatabase(place, 'no-file');
    expect(() => replace(database, place.path('no-file'))).toThrow('it is no file, but a folder');
    expect(() => replace(place.path('no-file'), database)).toThrow('it is no file, but a folder');
    expect(filesBeside(database)).toEqual(['jobs.db']);
  });

  it('to take the place of a database of another program', () => {
    const theirs = place.write('theirs/jobs.db', '');
    edit(theirs, 'CREATE TABLE customers (id INTEGER PRIMARY KEY)');
    const before = readFileSync(theirs);
    expect(() => replace(theirs, fixtureDatabase(place, 'ours'))).toThrow('database of another program');
    expect(readFileSync(theirs).equals(before)).toBe(true);
  });

  it('while a service uses the database', () => {
    const database = fixtureDatabase(place, 'in-use');
    const lock = takeServiceLock(database);
    expect(() => replace(database, fixtureDatabase(place, 'for-in-use'))).toThrow(DatabaseInUse);
    lock.release();
  });

  it('while another program has the database open', () => {
    const database = named('read', 'old');
    const reader = new BetterSqlite3(database);
    reader.prepare('SELECT count(*) FROM events').get();
    expect(() => replace(database, named('for-read', 'new'))).toThrow(
      `Another program has ${database} open.`,
    );
    reader.close();
    expect(nameOf(database)).toBe('old');
    expect(filesBeside(database).filter((name) => name.includes('restor'))).toEqual([]);
  });
});

it('takes what stands in the write-ahead logs of both', () => {
  const database = named('wal', 'old');
  const file = named('wal-backup', 'new');
  // Left behind by processes that were killed: copied while they were open.
  for (const [path, text] of [
    [database, 'old, late'],
    [file, 'new, late'],
  ] as const) {
    const writer = new BetterSqlite3(path);
    writer.exec(`UPDATE log_identity SET origin = '${text}'`);
    const log = readFileSync(`${path}-wal`);
    const main = readFileSync(path);
    writer.close();
    writeFileSync(path, main);
    writeFileSync(`${path}-wal`, log);
  }
  const kept = replace(database, file);
  expect(nameOf(database)).toBe('new, late');
  expect(nameOf(kept!)).toBe('old, late');
});

it('gives the newcomer what the owner of the old one may do, nobody else anything, and takes the tree of the old log away', () => {
  const database = named('mode', 'old');
  for (const side of ['.tree', '.tree-wal', '.tree-shm']) writeFileSync(database + side, 'of the old log');
  chmodSync(database, 0o644);
  const file = named('mode-backup', 'new');
  const kept = replace(database, file);
  for (const path of [database, kept!]) expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(filesBeside(database).toSorted()).toEqual(
    ['jobs.db', kept!.slice(dirname(kept!).length + 1)].toSorted(),
  );
});

it('follows a symbolic link to where there is no database yet', () => {
  const link = place.path('link.db');
  const database = place.path('linked', 'jobs.db');
  symlinkSync(database, link);
  replace(link, named('for-link', 'new'));
  expect(nameOf(database)).toBe('new');
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
});

// Only root can give a file to somebody else.
(process.getuid?.() === 0 ? it : it.skip)('gives the newcomer the owner of the old one', () => {
  const database = named('owned', 'old');
  chownSync(database, 65_533, 65_532);
  replace(database, named('for-owned', 'new'));
  expect(nameOf(database)).toBe('new');
  expect(statSync(database)).toMatchObject({ uid: 65_533, gid: 65_532 });
});

describe('after an end half way, the next one', () => {
  it('forgets the second name of an old one that is still in place', () => {
    const database = named('linked', 'old');
    mkdirSync(`${database}.restoring`);
    linkSync(database, join(`${database}.restoring`, 'old'));
    const kept = replace(database, named('linked-backup', 'new'));
    expect(nameOf(database)).toBe('new');
    expect(nameOf(kept!)).toBe('old');
    expect(filesBeside(database)).toHaveLength(2);
  });

  it('keeps an old one that was replaced and had no name yet', () => {
    const database = named('replaced', 'old');
    mkdirSync(`${database}.restoring`);
    renameSync(database, join(`${database}.restoring`, 'old'));
    renameSync(named('first', 'first'), database);
    const kept = replace(database, named('replaced-backup', 'second'));
    expect(nameOf(database)).toBe('second');
    expect(nameOf(kept!)).toBe('first');
    const names = filesBeside(database).filter((name) => name.includes('before-restore'));
    expect(names.map((name) => nameOf(join(dirname(database), name))).toSorted()).toEqual(['first', 'old']);
    expect(existsSync(`${database}.restoring`)).toBe(false);
  });

  it('keeps the write-ahead log of a damaged one that was taken from its side', () => {
    const database = named('torn', 'old');
    truncateSync(database, 5_000);
    mkdirSync(`${database}.restoring`);
    linkSync(database, join(`${database}.restoring`, 'old'));
    writeFileSync(join(`${database}.restoring`, 'old-wal'), 'commits that nobody can read');
    replace(database, named('torn-backup', 'new'));
    expect(nameOf(database)).toBe('new');
    const log = filesBeside(database).find((name) => name.endsWith('-wal'));
    expect(readFileSync(join(dirname(database), log!), 'utf8')).toBe('commits that nobody can read');
  });
});
