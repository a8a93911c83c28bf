// Loaded before a program: when its process ends, it writes to file descriptor 3 how many seconds of CPU time it took.
import { writeSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

// Threads load it too, and end on their own; the process's time has theirs in it.
if (isMainThread)
  process.once('exit', () => {
    const { user, system } = process.cpuUsage();
    writeSync(3, String((user + system) / 1e6));
  });
