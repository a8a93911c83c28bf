// Whom a command speaks to: a service that runs, or the application itself, opened for a moment when none does. Both
// answer the same requests in the same words, so a command need not know which it is.
import type { Client } from '../client/client.js';
import type { Transport } from '../client/transport.js';
import type { Settings } from '../config.js';
import type { ServiceLock } from '../database/service-lock.js';
import type { DatabaseOption } from './database.js';

export interface TargetOptions extends DatabaseOption {
  /** Of a service. */
  url?: string;
}

export interface Target {
  client: Client;
  /** Whether a service does what is asked for; else it waits until one is started. */
  isService: boolean;
  close(): Promise<void>;
  /** To be called when it is closed: resolves when it is worth asking again, or `signal` aborts. */
  whenWorthAsking(signal: AbortSignal): Promise<void>;
}

/**
 * Opens the application on a database whose lock is taken. The lock is released with it, also when it cannot be opened.
 * `complain` is handed what the application has to complain of, as lines.
 */
export type OpenApart = (
  settings: Settings,
  lock: ServiceLock,
  complain: (lines: string) => void,
) => Promise<{ transport: Transport; close: () => Promise<void> }>;
