// A lease remembers the event that it began with: what ends it, ends it because of that one.
import type { MigrationInterface, QueryRunner } from 'typeorm';

export class LeaseStart1764000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE leases ADD COLUMN started_version INTEGER');
  }

  async down(): Promise<void> {
    await Promise.reject(new Error('Daybook migrates forward only: restore a backup instead'));
  }
}
