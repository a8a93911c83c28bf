// A temporary folder for the programs and modules of a test, and ways to wait for what they do.
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext, Progress } from '../../../src/work/executors/executor.js';

export interface Folder {
  path: string;
  /** Writes a file and returns its path. */
  write(name: string, text: string, mode?: number): string;
  remove(): void;
}

export const temporaryFolder = (): Folder => {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'executor ')));
  return {
    path,
    write(name, text, mode = 0o644) {
      const file = join(path, name);
      writeFileSync(file, text, { mode });
      return file;
    },
    remove: () => {
      rmSync(path, { recursive: true, force: true });
    },
  };
};

/** A context whose reports of progress are kept and can be waited for. */
export class WatchedContext implements ExecutionContext {
  readonly reports: Progress[] = [];
  private readonly controller = new AbortController();
  private readonly watchers = new Set<() => void>();

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  abort(reason?: unknown): void {
    this.controller.abort(reason);
  }

  reportProgress(progress: Progress): void {
    this.reports.push(progress);
    for (const watcher of this.watchers) watcher();
  }

  /** Resolves with the first report whose message is `message`. */
  report(message: string): Promise<Progress> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = this.reports.find((progress) => progress.message === message);
        if (found === undefined) return;
        this.watchers.delete(look);
        resolve(found);
      };
      this.watchers.add(look);
      look();
    });
  }
}

/** A server that processes connect to: a connection shows that one lives, and its end that it has died. */
export class Roll {
  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  static async open(): Promise<Roll> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('The server has no port.');
    return new Roll(server, address.port);
  }

  /** Resolves when a process has connected, with its id, its parent's, and a promise of its death. */
  async arrival(): Promise<{ processId: number; parentId: number; death: Promise<unknown> }> {
    const [socket] = (await once(this.server, 'connection')) as [Socket];
    // The connection of a killed process may be reset instead of ended.
    socket.on('error', () => undefined);
    const death = new Promise((resolve) => socket.once('close', resolve));
    const [first] = (await once(socket, 'data')) as [Buffer];
    const { processId, parentId } = JSON.parse(first.toString()) as { processId: number; parentId: number };
    return { processId, parentId, death };
  }

  close(): void {
    this.server.close();
  }
}

/** The script of a process that connects to a roll, says who it is and runs until it is killed by force. */
export const stubbornScript = (roll: Roll): string =>
  `process.on('SIGTERM', () => {});
   require('node:net')
     .connect(${roll.port}, '127.0.0.1')
     .write(JSON.stringify({ processId: process.pid, parentId: process.ppid }));`;
