// A step of the schema, as data: it can be run, shown, and looked through for what makes a table.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export interface Migration {
  /** A word and the time in milliseconds since the epoch, by which migrations are ordered. */
  readonly name: string;
  /** By engine. */
  readonly statements: { readonly sqlite: readonly string[] };
}

/** One that a database does not have yet. */
export interface PendingMigration {
  name: string;
  /** What it runs there, in order. */
  statements: readonly string[];
}

export type MigrationClass = new () => MigrationInterface;

/** As TypeORM wants it: a class that bears the name. */
export function migrationClass(name: string, statements: readonly string[]): MigrationClass {
  const named = {
    [name]: class implements MigrationInterface {
      readonly name = name;

      async up(runner: QueryRunner): Promise<void> {
        for (const statement of statements) await runner.query(statement);
      }

      async down(): Promise<void> {
        await Promise.reject(new Error('Daybook migrates forward only: restore a backup instead'));
      }
    },
  };
  return named[name] as MigrationClass;
}
