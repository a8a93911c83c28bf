// Which subjects were removed while some of their rows are still to be deleted: a large job's go in slices.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class Removals1764100000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE TABLE removals (job_id TEXT PRIMARY KEY) WITHOUT ROWID');
  }

  async down(): Promise<void> {
    await Promise.reject(new Error('Daybook migrates forward only: restore a backup instead'));
  }
}
