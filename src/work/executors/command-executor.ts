// Runs each piece of work as a process of its own: the request on its standard input, the result on its output.
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Runtime } from '../../runtime/runtime.js';
import { Executions } from './executions.js';
import type { ExecutionContext, Executor, JsonValue } from './executor.js';
import { ProcessGroup } from './process-group.js';
import { StandardOutput } from './standard-output.js';
import { whenAborted } from './waiting.js';

const standardErrorCharactersMax = 2_000;

export interface CommandExecutorOptions {
  runtime: Runtime;
  /** The longest result, in bytes of JSON: a longer last line fails the execution. */
  resultLimitBytes: number;
  /** Milliseconds between SIGTERM and SIGKILL. */
  killGraceMs: number;
  /** The environment of this process with variables added; without it, nothing is added. */
  environmentWith?: EnvironmentWith | undefined;
}

export type EnvironmentWith = (more: Readonly<Record<string, string>>) => NodeJS.ProcessEnv;

interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** EX_DATAERR of sysexits.h: the input cannot be used, so another attempt would be in vain. */
const unusableInput = 65;

export class CommandExecutor implements Executor {
  private readonly executions = new Executions();

  constructor(
    private readonly program: string,
    private readonly programArguments: readonly string[],
    private readonly options: CommandExecutorOptions,
  ) {}

  execute(request: Readonly<Record<string, JsonValue>>, context: ExecutionContext): Promise<unknown> {
    return this.executions.run(context.signal, (signal) => this.runProcess(request, context, signal));
  }

  close(): Promise<void> {
    return this.executions.close();
  }

  private async runProcess(
    request: Readonly<Record<string, JsonValue>>,
    context: ExecutionContext,
    signal: AbortSignal,
  ): Promise<unknown> {
    // Detached, it leads a process group of its own, which can be ended with everything that it started.
    const env = this.environmentFor(request);
    const child = spawn(this.program, this.programArguments, { detached: true, env });
    const group = child.pid === undefined ? undefined : new ProcessGroup(child.pid, this.options);
    // Rejects with the error when the program cannot be started; until then there may be no streams.
    await once(child, 'spawn');
    const output = new StandardOutput(this.options.resultLimitBytes, (progress) => {
      context.reportProgress(progress);
    });
    child.stdout.on('data', (chunk: Buffer) => {
      output.push(chunk);
    });
    let errorTail = '';
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      errorTail = (errorTail + chunk).slice(-standardErrorCharactersMax);
    });
    // A program need not read its input: the pipe that it closes is no failure of the work.
    child.stdin.on('error', () => undefined).end(`${JSON.stringify(request)}\n`);

    const exit = await this.endOf(child, group, signal);
    if (exit.code === 0) return output.result();
    const how = exit.signal === null ? `exit code ${exit.code ?? 'unknown'}` : `signal ${exit.signal}`;
    const why = errorTail.trim();
    const error = new Error(
      `The program ended with ${how}${why === '' ? '.' : `; its standard error ends: ${why}`}`,
    );
    throw exit.code === unusableInput ? Object.assign(error, { retryable: false }) : error;
  }

  /** Tracers look for the span above them where shells hand it on; undefined for what is inherited anyway. */
  private environmentFor({
    traceparent,
  }: Readonly<Record<string, JsonValue>>): NodeJS.ProcessEnv | undefined {
    return this.options.environmentWith?.(
      typeof traceparent === 'string' ? { TRACEPARENT: traceparent } : {},
    );
  }

  /** Waits for the process, ends it on abort, and resolves when it and its group are gone and all is read. */
  private async endOf(
    child: ChildProcessWithoutNullStreams,
    group: ProcessGroup | undefined,
    aborting: AbortSignal,
  ): Promise<Exit> {
    const exited = new Promise<Exit>((resolve) => {
      child.once('exit', (code, signal) => {
        resolve({ code, signal });
      });
    });
    const closed = once(child, 'close');
    await Promise.race([exited, whenAborted(aborting)]);
    await group?.end();
    const exit = await exited;
    const cancel = this.options.runtime.after(this.options.killGraceMs, () => {
      this.closeStreams(child);
    });
    await closed;
    cancel();
    return exit;
  }

  /** For a process that has left the group and holds the streams open: nobody waits for it. */
  private closeStreams(child: ChildProcessWithoutNullStreams): void {
    const close = (): void => {
      child.stdout.destroy();
      child.stderr.destroy();
    };
    // If this process was busy until now, what the program printed is still unread: that takes one turn.
    this.options.runtime.nextTurn().then(close, close);
  }
}
