// A service's log that keeps its lines, for a test to look through.
import type { Logger } from 'pino';
import { openLog } from '../../src/service.js';

export interface KeptLog {
  log: Logger;
  /** All lines so far, as they would stand in a file. */
  text(): string;
  /** All lines so far, read. */
  lines(): any[];
}

export function keptLog(level: 'debug' | 'info' | 'warn'): KeptLog {
  const written: string[] = [];
  const out = { write: (line: string) => void written.push(line) };
  return {
    log: openLog({ LOG_LEVEL: level }, out),
    text: () => written.join(''),
    lines: () => written.map((line) => JSON.parse(line)),
  };
}
