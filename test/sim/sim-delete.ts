import type { LabelMatcher } from '../../src/http/ports.js';
import { decodeIntent } from '../../src/store/intent.js';
import type { StoreChange } from './memory-store.js';
import { law } from './sim-failure.js';

/** A delete as somebody asks for it, and what it means to the checker. */
export interface SimDelete {
  readonly selectors: LabelMatcher[];
  readonly startMs: number;
  readonly endMs: number;
  /** The texts of the series that it names. */
  readonly texts: ReadonlySet<string>;
  /** By `PointBook.tick`: what was accepted before must go. */
  readonly askedAt: number;
}

/** A delete whose intent is written down. */
export interface BegunDelete {
  readonly wanted: SimDelete;
  /** By `PointBook.tick`. */
  readonly begunAt: number;
  /** The groups that it is still to be done in. */
  readonly groups: ReadonlySet<number>;
  /** The worker that began it; a change of workers or a restore has none. */
  readonly life: number;
}

export const isInRange = ({ startMs, endMs }: SimDelete, timeMs: number): boolean =>
  timeMs >= startMs && timeMs < endMs;

/** The life of deletes that were begun in another store. */
export const INHERITED = -1;

/**
 * The deletes of one shard: those that it was asked for, and those that it has begun. It may change nothing before it has written
 * down its intent, and from then on it must finish, whatever happens to it.
 */
export class ShardDeletes {
  /** Deletes that another worker finished than the one that began them. */
  resumed = 0;
  finished = 0;
  #asked: SimDelete[] = [];
  readonly #begun = new Map<string, BegunDelete>();
  #life = 0;

  ask(wanted: SimDelete): void {
    this.#asked.push(wanted);
  }

  /** A worker ended, by death or by a stop: what it has not begun is not done, but for what waits outside of its ring. */
  workerEnded(unsent?: SimDelete): void {
    this.#life++;
    this.#asked = this.#asked.filter((each) => each === unsent);
  }

  /** What is asked for finds no room in time: it is not asked any more. */
  giveUp(wanted: SimDelete): void {
    this.#asked = this.#asked.filter((each) => each !== wanted);
  }

  /** Those whose intent is written down. */
  get begun(): SimDelete[] {
    return [...this.#begun.values()].map(({ wanted }) => wanted);
  }

  /** The same, with all that is known of them. */
  get allBegun(): BegunDelete[] {
    return [...this.#begun.values()];
  }

  /** Whether a delete that has begun may take a point of a group, which was accepted at `takenAt`: not if that was later. */
  mayTake(group: number, text: string, { timeMs, takenAt }: { timeMs: number; takenAt: number }): boolean {
    for (const { wanted, begunAt, groups, life } of this.#begun.values()) {
      if (life === INHERITED && !groups.has(group)) continue;
      if (takenAt < begunAt && wanted.texts.has(text) && isInRange(wanted, timeMs)) return true;
    }
    return false;
  }

  /** Takes over an intent that stood in another store: one of those that were begun there. */
  inherit({ key, after }: StoreChange, begun: readonly BegunDelete[]): void {
    const intent = decodeIntent(after!);
    law(intent !== undefined, 'an intent does not read');
    const groups = new Set(intent.cuts.map(([group]) => group));
    const text = textOf(intent);
    const from = begun.find(
      (each) => textOf(each.wanted) === text && [...groups].every((group) => each.groups.has(group)),
    );
    law(from !== undefined && groups.size > 0, () => `an intent came from nowhere: ${text}`);
    this.#begun.set(Buffer.from(key).toString('hex'), { ...from, groups, life: INHERITED });
  }

  /** A change of the intents, and when. Answers the delete that it ends. */
  take({ key, after }: StoreChange, tick: number): BegunDelete | undefined {
    const name = Buffer.from(key).toString('hex');
    if (after === undefined) {
      const ended = this.#begun.get(name);
      law(ended !== undefined, 'an intent was removed that nobody wrote');
      this.#begun.delete(name);
      this.finished++;
      if (ended.life !== this.#life) this.resumed++;
      return ended;
    }
    const intent = decodeIntent(after);
    law(intent !== undefined, 'an intent does not read');
    const text = textOf(intent);
    const at = this.#asked.findIndex((each) => textOf(each) === text);
    law(at >= 0, () => `a shard begins a delete that nobody asked for: ${text}`);
    law(!this.#begun.has(name), 'an intent was overwritten');
    const groups = new Set(intent.cuts.map(([group]) => group));
    this.#begun.set(name, {
      wanted: this.#asked.splice(at, 1)[0]!,
      life: this.#life,
      begunAt: tick,
      groups,
    });
    return undefined;
  }
}

const textOf = ({ selectors, startMs, endMs }: Pick<SimDelete, 'selectors' | 'startMs' | 'endMs'>): string =>
  JSON.stringify([selectors, startMs, endMs]);
