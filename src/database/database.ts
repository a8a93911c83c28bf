// Opens the database: one connection that writes, behind the queue, and one that only reads.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import { DataSource, type DataSourceOptions } from 'typeorm';
import type { Runtime } from '../runtime/runtime.js';
import { databaseFile } from './sqlite/database-file.js';
import { refuseOrphanLog } from './sqlite/orphan-log.js';
import { migrationsTableName, refuseForeignSchema, type MigrationClass } from './sqlite/schema-check.js';
import { Snapshots } from './sqlite/snapshots.js';
import { SqliteStatements } from './sqlite/sqlite-statements.js';
import type { Value } from './transaction.js';
import { WriteQueue, type WriteObserver, type WriteQueueLimits } from './write-queue.js';
import { asUnusable } from './unusable-database.js';

export interface DatabaseOptions {
  path: string;
  migrations: readonly MigrationClass[];
  entities: NonNullable<DataSourceOptions['entities']>;
  runtime: Runtime;
  limits?: Partial<WriteQueueLimits>;
  observer?: WriteObserver | undefined;
}

export class Database {
  private readonly readStatements: SqliteStatements;

  private constructor(
    readonly path: string,
    /** Sees committed rows only and never waits for the writer. */
    readonly reads: DataSource,
    readonly queue: WriteQueue,
    readonly snapshots: Snapshots,
    private readonly writer: DataSource,
  ) {
    this.readStatements = new SqliteStatements(connectionOf(reads));
  }

  /**
   * Makes the folder and the file when they are missing, and brings the schema up to date.
   * @throws UnusableDatabase
   */
  static async open(options: DatabaseOptions): Promise<Database> {
    const { path, migrations, entities, runtime, limits, observer } = options;
    const writer = new DataSource({
      type: 'better-sqlite3',
      database: path,
      migrations: [...migrations],
      migrationsTableName,
      prepareDatabase: (connection) => {
        prepareWriter(connection as BetterSqlite3.Database, migrations);
      },
    });
    const reads = new DataSource({ type: 'better-sqlite3', database: path, readonly: true, entities });
    try {
      const file = databaseFile(path);
      refuseOrphanLog(file);
      mkdirSync(dirname(file), { recursive: true });
      await writer.initialize();
      await writer.runMigrations({ transaction: 'each' });
      await reads.initialize();
    } catch (error) {
      if (writer.isInitialized) await writer.destroy();
      throw asUnusable(path, error);
    }
    const queue = new WriteQueue(connectionOf(writer), runtime, limits, observer);
    return new Database(path, reads, queue, new Snapshots(path, runtime), writer);
  }

  /** All rows of a short read: committed rows, without waiting for the writer. */
  query<Row>(sql: string, ...parameters: readonly Value[]): Row[] {
    return this.readStatements.all<Row>(sql, ...parameters);
  }

  /**
   * Writes something durable, to see whether it can.
   * @throws DatabaseUnavailable
   */
  async probe(): Promise<void> {
    await this.queue.run(async (transaction) => {
      // Like an event, it asks for pages that are not there yet: changing a number in place works on a full disk too.
      await transaction.run('UPDATE write_probe SET probes = zeroblob(16384)');
      await transaction.run('UPDATE write_probe SET probes = 0');
    });
  }

  async close(): Promise<void> {
    await this.queue.close();
    this.snapshots.close();
    await this.reads.destroy();
    await this.writer.destroy();
  }
}

/** TypeORM opens the connection and migrates; the write path runs its statements on it without TypeORM between. */
const connectionOf = (source: DataSource): BetterSqlite3.Database =>
  (source.driver as unknown as { databaseConnection: BetterSqlite3.Database }).databaseConnection;

function prepareWriter(connection: BetterSqlite3.Database, migrations: readonly MigrationClass[]): void {
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
  } catch (error) {
    connection.close();
    throw error;
  }
}
