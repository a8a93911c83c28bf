// An open SQLite database: one connection that writes, behind the queue, one that only reads, and some for snapshots.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import { DataSource } from 'typeorm';
import { makePrivately, narrow } from '../../runtime/private-files.js';
import type { Runtime } from '../../runtime/runtime.js';
import type { EngineOptions, EngineTransaction, OpenEngine } from '../engine.js';
import { entityOf } from '../entity.js';
import { migrationClass, type Migration } from '../migration.js';
import type { Reader, Snapshot } from '../reader.js';
import type { RowWrite } from '../row-write.js';
import type { Slice } from '../slice.js';
import type { Transaction, Value } from '../transaction.js';
import { missingGuardsOf, columnsByTable } from './catalogue.js';
import { databaseFile } from './database-file.js';
import { QuietCheckpoint } from './quiet-checkpoint.js';
import { refuseOrphanLog } from './orphan-log.js';
import { SameFiles } from './same-files.js';
import { migrationsTableName, refuseForeignSchema } from './schema-check.js';
import { shadowTables } from './shadow-tables.js';
import { ownFilesOf } from './sqlite-files.js';
import { readerOf } from './sqlite-reader.js';
import { Snapshots } from './snapshots.js';
import { SqliteStatements } from './sqlite-statements.js';
import { asUnusable } from './unusable-file.js';

export class OpenSqlite implements OpenEngine {
  readonly reader: Reader;
  /** Like an event, they ask for pages that are not there yet: changing a number in place works on a full disk too. */
  readonly probes = ['UPDATE write_probe SET probes = zeroblob(16384)', 'UPDATE write_probe SET probes = 0'];
  readonly shadows = shadowTables;
  private readonly connection: BetterSqlite3.Database;
  private readonly statements: SqliteStatements;
  private readonly snapshots: Snapshots;
  private readonly files: SameFiles;
  private readonly checkpoint: QuietCheckpoint;

  private constructor(
    path: string,
    private readonly writer: DataSource,
    readonly source: DataSource,
    private readonly migrations: readonly Migration[],
    runtime: Runtime,
  ) {
    this.connection = connectionOf(writer);
    this.statements = new SqliteStatements(this.connection);
    this.reader = readerOf(new SqliteStatements(connectionOf(source)));
    this.snapshots = new Snapshots(path);
    this.files = new SameFiles(path);
    this.checkpoint = new QuietCheckpoint(this.connection, runtime);
    // Opening may have written a lot: a migration, or what a service left behind that was killed.
    this.checkpoint.committed();
  }

  /** Makes the folder and the file when they are missing, and brings the schema up to date. @throws UnusableDatabase */
  static async open(path: string, { migrations, tables, runtime }: EngineOptions): Promise<OpenSqlite> {
    const writer = new DataSource({
      type: 'better-sqlite3',
      database: path,
      migrations: migrations.map(({ name, statements }) => migrationClass(name, statements.sqlite)),
      migrationsTableName,
      prepareDatabase: (connection) => {
        prepareWriter(connection as BetterSqlite3.Database, migrations);
      },
    });
    const entities = tables.map(entityOf);
    const source = new DataSource({ type: 'better-sqlite3', database: path, readonly: true, entities });
    try {
      const file = databaseFile(path);
      refuseOrphanLog(file);
      mkdirSync(dirname(file), { recursive: true });
      makePrivately(file);
      await writer.initialize();
      await writer.runMigrations({ transaction: 'each' });
      await source.initialize();
      narrow(ownFilesOf(path));
    } catch (error) {
      if (writer.isInitialized) await writer.destroy();
      throw asUnusable(path, error);
    }
    return new OpenSqlite(path, writer, source, migrations, runtime);
  }

  begin(): Promise<EngineTransaction> {
    return new Promise((resolve) => {
      this.statements.run('BEGIN IMMEDIATE');
      resolve(new SqliteTransaction(this.statements, this.connection, this.files, this.checkpoint));
    });
  }

  openSnapshot(): Promise<Snapshot> {
    return Promise.resolve(this.snapshots.open());
  }

  tables(): Promise<Map<string, Set<string>>> {
    return columnsByTable(this.reader);
  }

  missingGuards(): Promise<string[]> {
    return missingGuardsOf(this.reader);
  }

  async makeTables(transaction: Transaction, names: readonly string[]): Promise<void> {
    for (const { statements } of this.migrations) {
      for (const statement of statements.sqlite)
        if (names.includes(tableMadeBy(statement) ?? '')) await transaction.run(statement);
    }
  }

  async close(): Promise<void> {
    this.checkpoint.stop();
    this.snapshots.close();
    await this.source.destroy();
    await this.writer.destroy();
  }
}

/** The table that a statement makes, makes an index of, or adds to. */
const tableMadeBy = (statement: string): string | undefined =>
  /^\s*(?:CREATE TABLE|ALTER TABLE|CREATE (?:UNIQUE )?INDEX \w+ ON)\s+"?(\w+)"?/.exec(statement)?.[1];

/** TypeORM opens the connection and migrates; the write path runs its statements on it without TypeORM between. */
const connectionOf = (source: DataSource): BetterSqlite3.Database =>
  (source.driver as unknown as { databaseConnection: BetterSqlite3.Database }).databaseConnection;

class SqliteTransaction implements EngineTransaction {
  constructor(
    private readonly statements: SqliteStatements,
    private readonly connection: BetterSqlite3.Database,
    private readonly files: SameFiles,
    private readonly checkpoint: QuietCheckpoint,
  ) {}

  all<Row>(sql: string, ...parameters: readonly Value[]): Row[] {
    return this.statements.all<Row>(sql, ...parameters);
  }

  slice<Row>(charactersMax: number, sql: string, ...parameters: readonly Value[]): Slice<Row> {
    return this.statements.slice<Row>(charactersMax, sql, ...parameters);
  }

  get<Row>(sql: string, ...parameters: readonly Value[]): Row | undefined {
    return this.statements.get<Row>(sql, ...parameters);
  }

  run(sql: string, ...parameters: readonly Value[]): number {
    return this.statements.run(sql, ...parameters);
  }

  write<Row extends object>(write: RowWrite<Row>, row: Row): void {
    this.statements.write(write, row);
  }

  writeAll(write: RowWrite, rows: string): void {
    this.statements.writeAll(write, rows);
  }

  commit(): Promise<void> {
    return new Promise((resolve) => {
      this.files.check();
      this.statements.run('COMMIT');
      this.checkpoint.committed();
      resolve();
    });
  }

  rollback(): Promise<void> {
    return new Promise((resolve) => {
      if (this.connection.inTransaction) this.statements.run('ROLLBACK');
      resolve();
    });
  }
}

function prepareWriter(connection: BetterSqlite3.Database, migrations: readonly Migration[]): void {
  try {
    // First of all: what is not ours is left as it is, down to its journal mode.
    refuseForeignSchema(connection, migrations);
    connection.pragma('journal_mode = WAL');
    connection.pragma('synchronous = FULL');
    connection.pragma('foreign_keys = ON');
    // A busy database is waited for in the queue: SQLite's own waiting would stop the whole process.
    connection.pragma('busy_timeout = 0');
    connection.pragma('cache_size = -32768');
    // A checkpoint stops the writer; pages that change all the time are copied once for many commits (64 MiB of log).
    connection.pragma('wal_autocheckpoint = 16384');
    // It grows beyond that while a long read holds a snapshot, and shrinks again when it begins anew.
    connection.pragma('journal_size_limit = 67108864');
  } catch (error) {
    connection.close();
    throw error;
  }
}
