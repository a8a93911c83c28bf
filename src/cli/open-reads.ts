// Reads of jobs: from a service, or from the tables of a database beside whoever has it.
import { SqliteReader } from '../database/sqlite/sqlite-reader.js';
import { findSource, type TargetOptions } from './find-target.js';
import type { JobReads } from './job-reads.js';
import { ServiceReads } from './service-reads.js';
import { TableReads } from './table-reads.js';

export async function openReads(options: TargetOptions): Promise<JobReads> {
  const source = await findSource(options);
  return typeof source === 'string' ? new TableReads(SqliteReader.open(source)) : new ServiceReads(source);
}
