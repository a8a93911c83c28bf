// Everything in which the databases differ. A folder beside this file implements it for each, and engines.ts chooses;
// no other room asks which one it is.
import type { DataSource } from 'typeorm';
import type { Runtime } from '../runtime/runtime.js';
import type { TileStore } from '../proof/tiles.js';
import type { DatabaseFiles } from './database-files.js';
import type { Migration, PendingMigration } from './migration.js';
import type { Reader, Snapshot } from './reader.js';
import type { Ownership } from './service-lock.js';
import type { Statements, Transaction } from './transaction.js';
import type { Table } from './table.js';

/** A kind of database, before one is open. */
export interface Engine {
  /** As in DATABASE_URL. */
  readonly url: string;
  /** What people call the database: the path of its file. No password is in it. */
  readonly name: string;
  /** Where the signing key of its log is, unless SIGNING_KEY_FILE says otherwise: outside of the database. */
  readonly keyFile: string;
  /**
   * Opens a database for the service that owns it. Makes it when it is missing, and brings its schema up to date.
   * @throws UnusableDatabase
   */
  open(options: EngineOptions): Promise<OpenEngine>;
  /**
   * For whoever looks at a database beside the service that owns it: a thread, or a command.
   * @throws UnusableDatabase when there is none, or it is another program's
   */
  openReader(): Promise<OpenReader>;
  /** Where the hashes of the log's tree are kept. @throws UnusableEvidence when that is damaged */
  openTiles(): LogTiles;
  /** Whether hashes of a tree are kept at all. */
  hasTiles(): boolean;
  /** The migrations that it does not have yet; changes nothing. @throws UnusableDatabase */
  pendingMigrations(migrations: readonly Migration[]): PendingMigration[];
  readonly ownership: Ownership;
  /** What can be asked of a database that is a file, and of no other. */
  readonly files?: DatabaseFiles;
}

export interface EngineOptions {
  migrations: readonly Migration[];
  /** Those that are read by TypeORM's query builder. */
  tables: readonly Table[];
  runtime: Runtime;
}

/** Its reads are of what is committed at each; reads of one moment are a snapshot's. */
export interface OpenEngine extends Omit<OpenReader, 'inSnapshot'> {
  /** Committed rows, for TypeORM's query builder and repositories. */
  readonly source: DataSource;
  /**
   * Starts a transaction with the write lock: one that reads first and then writes fails when another has written.
   * @throws an error that is `busy` (`unavailableReason`) while another process holds it
   */
  begin(): Promise<EngineTransaction>;
  openSnapshot(): Promise<Snapshot>;
  /** Statements that write something new and take it back. */
  readonly probes: readonly string[];
  readonly shadows: ShadowTables;
  /** Makes tables that are missing, empty, with their indexes. */
  makeTables(transaction: Transaction, names: readonly string[]): Promise<void>;
}

export interface OpenReader {
  readonly reader: Reader;
  /** The tables that there are, each with the names of its columns. */
  tables(): Promise<ReadonlyMap<string, ReadonlySet<string>>>;
  /** A sentence for each guard of the log that is missing or was changed. */
  missingGuards(): Promise<string[]>;
  /** Reads of one moment, on this connection alone. */
  inSnapshot<T>(work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface EngineTransaction extends Statements {
  commit(): Promise<void>;
  /** Harmless when the transaction has ended by itself. */
  rollback(): Promise<void>;
}

/** Tables beside the live ones: made like them, filled, and put in their place in one transaction. */
export interface ShadowTables {
  /** The shadow of a table, to be written into. */
  of<Row extends object>(table: Table<Row>): Table<Row>;
  /** In place of any that were left behind. @param tables parents before those that refer to them */
  create(transaction: Transaction, tables: readonly Table[]): Promise<void>;
  drop(transaction: Transaction, tables: readonly Table[]): Promise<void>;
  /** Names, checks, foreign keys and indexes are afterwards what they were. */
  swap(transaction: Transaction, tables: readonly Table[]): Promise<void>;
}

/** The stored tiles of the log's Merkle tree: derived from the log, and out of the writers' way. */
export interface LogTiles extends TileStore {
  /** How many leaves there are. */
  size(): Promise<number>;
  /** All or nothing of what `work` writes. */
  transaction<T>(work: () => Promise<T>): Promise<T>;
  /** The log is another one now: start again. */
  clear(): Promise<void>;
  close(): void;
}
