// The kinds of one application as they are open in it: what each says of its work and of its expiry, and its streams.
import type { Expiry } from './expiry/expiry.js';
import type { AnyStreams, Register, StreamsParts } from './kind-streams.js';
import type { WorkKind } from './work-kind.js';
import type { WorkingKind } from './working-kind.js';

/** Of a kind that has work. */
export type WorkStreams = AnyStreams & { readonly work: WorkKind };

interface Described {
  kind: WorkingKind;
  work: WorkKind | undefined;
  expiry: Expiry | undefined;
}

/** @param settings as the composition root has read them */
export const describeKinds = (kinds: readonly WorkingKind[], settings: object): Promise<Described[]> =>
  Promise.all(
    kinds.map(async (kind) => ({
      kind,
      work: await kind.work?.(settings),
      expiry: await kind.expiry?.(settings),
    })),
  );

export class OpenKinds implements Register {
  private readonly streams: AnyStreams[] = [];

  constructor(
    private readonly described: readonly Described[],
    readonly parts: StreamsParts,
  ) {}

  workOf(kindName: string): WorkKind | undefined {
    return this.described.find(({ kind }) => kind.name === kindName)?.work;
  }

  /** @throws Error when there is no such kind, or nothing of it ends */
  expiryOf(kindName: string): Expiry {
    const expiry = this.expiries().find((each) => each.kindName === kindName)?.expiry;
    if (expiry === undefined) throw new Error(`nothing expires of the kind ${kindName}`);
    return expiry;
  }

  expiries(): { kindName: string; expiry: Expiry }[] {
    return this.described.flatMap(({ kind, expiry }) =>
      expiry === undefined ? [] : [{ kindName: kind.name, expiry }],
    );
  }

  add(streams: AnyStreams): void {
    this.streams.push(streams);
  }

  /** Undefined for a stream of a kind that this Daybook does not know. */
  ofStream(streamId: string): AnyStreams | undefined {
    return this.streams.find(({ kind }) => streamId.startsWith(kind.streamPrefix));
  }

  /** Undefined for a stream of a kind that this Daybook does not know, or that has no work. */
  withWorkOn(streamId: string): WorkStreams | undefined {
    const streams = this.ofStream(streamId);
    return streams !== undefined && hasWork(streams) ? streams : undefined;
  }

  withWork(): WorkStreams[] {
    return this.streams.filter(hasWork);
  }
}

const hasWork = (streams: AnyStreams): streams is WorkStreams => streams.work !== undefined;
