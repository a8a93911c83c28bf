// The line of a log's signing keys: which one signed for which sizes, and by what each came into the place of the one
// before. Every change is an event in the log's own stream; whoever trusts one key of the line is led to the others.
import type { Log } from '../event-store/log.js';
import { openCheckpointBy, parseNote, type Checkpoint } from '../proof/checkpoint.js';
import { fullKey, verifyKeyChange } from '../proof/key-change.js';
import { ProofError } from '../proof/proof-error.js';
import { signersNamedBy } from '../proof/signed-note.js';
import { formatVerifierKey, type VerifierKey } from '../proof/verifier-key.js';
import { keyChangeIn, logStreamOf, type RecordedKeyChange } from './log-kind.js';

/** One key of the line. */
export interface LineKey {
  /** A verifier key; `<name>+<id>` when only that is known of a lost one, or null when nothing is. */
  key: string | null;
  /** The sizes of the log that it signs for. */
  from_size: number;
  /** Null while it is in force. */
  to_size: number | null;
  /** The event by which it came; null for the first one. */
  change: {
    position: number;
    type: 'SigningKeyRotated' | 'SigningKeyReplaced';
    actor: string;
    reason: string;
    changed_at: string;
    /** Whether the key before it has signed this: only then whoever trusts that one can trust this one. */
    signed_by_old: boolean;
    statement: string;
  } | null;
}

/** A change that was checked. */
interface Link extends RecordedKeyChange {
  isSignedByOld: boolean;
  problem: string | undefined;
}

const pageSize = 100;

/** As the log has it now. */
export async function readKeyLine(log: Log, origin: string): Promise<KeyLine> {
  const changes: RecordedKeyChange[] = [];
  for await (const page of log.pages({ streamId: logStreamOf(origin) }, { pageSize }))
    changes.push(...page.flatMap((event) => keyChangeIn(event) ?? []));
  return new KeyLine(origin, changes);
}

export class KeyLine {
  private readonly links: readonly Link[];

  /** @param changes in the order of the log */
  constructor(
    private readonly origin: string,
    changes: readonly RecordedKeyChange[],
  ) {
    this.links = changes.map((recorded, index) => this.linkOf(recorded, changes[index - 1]));
  }

  /** The key in force, a verifier key; undefined while the log has never changed it. */
  get newest(): string | undefined {
    return this.latest?.change.data.new_key;
  }

  get latest(): RecordedKeyChange | undefined {
    return this.links.at(-1);
  }

  /** The position of the event since which that is. */
  get newestSince(): number {
    return this.latest?.position ?? 0;
  }

  has(statement: string): boolean {
    return this.links.some(({ change }) => change.data.statement === statement);
  }

  /** What cannot be: a statement that is not signed as it should be, or does not follow the one before. */
  get problems(): string[] {
    return this.links.flatMap(({ problem }) => problem ?? []);
  }

  /** What agreement does not cover: changes that no older key speaks for. */
  get warnings(): string[] {
    return this.links
      .filter(({ isSignedByOld, problem }) => !isSignedByOld && problem === undefined)
      .map((link) => `${sentenceOf(link)}, which is said to be lost and did not sign that`);
  }

  /** @param current the key in force, for a log that has never changed it */
  keys(current: string): LineKey[] {
    const [first] = this.links;
    const later = this.links.map(({ position, actor, change, isSignedByOld }, index) => ({
      key: change.data.new_key,
      from_size: position,
      to_size: this.endOf(index),
      change: {
        position,
        type: change.type,
        actor,
        reason: change.data.reason,
        changed_at: change.data.changed_at,
        signed_by_old: isSignedByOld,
        statement: change.data.statement,
      },
    }));
    const key = first === undefined ? current : first.change.data.old_key;
    return [{ key, from_size: 0, to_size: this.endOf(-1), change: null }, ...later];
  }

  /** All keys of which more than the id is known. */
  get known(): VerifierKey[] {
    return this.texts().flatMap((text) => knownKey(text) ?? []);
  }

  /**
   * The keys that may have signed, for whoever trusts some of them: from a key to the next one by the old one's
   * signature, and from a key to those before it, since it speaks for the log in which they are named.
   * @throws ProofError when that does not lead to the key in force
   */
  trustedBy(given: readonly VerifierKey[]): VerifierKey[] {
    const texts = this.texts();
    if (this.links.length === 0) return [...given];
    const names = given.flatMap((key) => [formatVerifierKey(key), idOf(key)]);
    const trusted = texts.map((text) => text !== null && names.includes(text));
    if (!trusted.includes(true))
      throw new ProofError(
        `${given.map(idOf).join(', ')} is not among the keys that the log names as its own: ${texts.map((text) => shortOf(text)).join(', ')}.`,
      );
    this.links.forEach((link, index) => {
      if (trusted[index] === true && link.isSignedByOld) trusted[index + 1] = true;
    });
    if (trusted.at(-1) !== true) {
      const link = this.links[trusted.lastIndexOf(true)];
      throw new ProofError(
        `${link === undefined ? '' : (link.problem ?? sentenceOf(link))}: no key that you trust has signed that. Ask the log's owner by another way; if the new key is right, give it with another --key.`,
      );
    }
    for (let index = this.links.length - 1; index >= 0; index -= 1)
      if (trusted[index + 1] === true && this.links[index]?.problem === undefined) trusted[index] = true;
    const others = texts.filter((text, index) => trusted[index] === true && !names.includes(text ?? ''));
    return [...given, ...others.flatMap((text) => knownKey(text) ?? [])];
  }

  /** What is wrong with a checkpoint of this size that this key has signed; undefined when nothing is. */
  outOfTurn({ size }: Checkpoint, signedBy: readonly VerifierKey[]): string | undefined {
    const names = signedBy.flatMap((key) => [formatVerifierKey(key), idOf(key)]);
    const own = this.keys(names[0] ?? '').filter(({ key }) => key !== null && names.includes(key));
    const isInTurn = own.some(
      ({ from_size: from, to_size: to }) => from <= size && (to === null || size <= to),
    );
    if (own.length === 0 || isInTurn) return undefined;
    const turns = own.map(({ from_size: from, to_size: to }) => `${from} to ${to ?? 'now'}`).join(', ');
    return `a checkpoint over ${size} is signed by ${signedBy.map(idOf).join(', ')}, which signs for the sizes ${turns}`;
  }

  /**
   * The newest checkpoint, which lies beside the key. Of a key that was replaced, and of which only the id is known, the
   * signature cannot be checked; the log says so.
   * @param keys that may have signed it, besides those of the line
   * @throws ProofError when none of them did
   */
  openNewest(note: string, keys: readonly VerifierKey[]): Checkpoint {
    const known = new Map([...keys, ...this.known].map((key) => [formatVerifierKey(key), key]));
    const lost = this.texts().filter((text) => text !== null && knownKey(text) === undefined);
    if (signersNamedBy(note).some((name) => lost.includes(name))) return parseNote(note);
    return openCheckpointBy(note, [...known.values()], this.origin).checkpoint;
  }

  private texts(): (string | null)[] {
    const [first] = this.links;
    return first === undefined
      ? []
      : [first.change.data.old_key, ...this.links.map(({ change }) => change.data.new_key)];
  }

  /** Of the key that the link of this index brought; -1 is the first one. */
  private endOf(index: number): number | null {
    const next = this.links[index + 1];
    return next === undefined ? null : next.position - 1;
  }

  private linkOf(recorded: RecordedKeyChange, before: RecordedKeyChange | undefined): Link {
    const { change } = recorded;
    const { old_key: oldKey, new_key: newKey, reason, changed_at: changedAt, statement } = change.data;
    const wrong = (why: string): Link => ({
      ...recorded,
      isSignedByOld: false,
      problem: `event ${recorded.position} (${change.type}) does not change the signing key: ${why}`,
    });
    try {
      const stated = { origin: this.origin, oldKey, newKey, reason, changedAt };
      const { isSignedByOld } = verifyKeyChange(stated, statement);
      if (before !== undefined && before.change.data.new_key !== oldKey)
        return wrong(`the key before it was ${shortOf(before.change.data.new_key)}, not ${shortOf(oldKey)}`);
      if (change.type === 'SigningKeyRotated' && !isSignedByOld)
        return wrong(`${shortOf(oldKey)} has not signed it`);
      return { ...recorded, isSignedByOld, problem: undefined };
    } catch (error) {
      if (!(error instanceof ProofError)) throw error;
      return wrong(error.message);
    }
  }
}

/** `<name>+<id>`. */
const idOf = ({ name, id }: VerifierKey): string => `${name}+${id}`;

const shortOf = (key: string | null): string =>
  key === null ? 'a key that nobody can name' : key.split('+').slice(0, 2).join('+');

/** Undefined also for what is no key: then its link has a problem. */
function knownKey(text: string | null): VerifierKey | undefined {
  try {
    return fullKey(text);
  } catch (error) {
    if (error instanceof ProofError) return undefined;
    throw error;
  }
}

function sentenceOf({ position, actor, change: { type, data } }: RecordedKeyChange): string {
  const { old_key: oldKey, new_key: newKey, reason, changed_at: changedAt } = data;
  return `event ${position} (${type}, ${changedAt}, by ${actor}: ${JSON.stringify(reason)}) put the signing key ${shortOf(newKey)} in the place of ${shortOf(oldKey)}`;
}
