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

export const isInRange = ({ startMs, endMs }: SimDelete, timeMs: number): boolean =>
  timeMs >= startMs && timeMs < endMs;

/**
 * The deletes of one shard: those that it was asked for, and those that it has begun. It may change nothing before it has written
 * down its intent, and from then on it must finish, whatever happens to it.
 */
export class ShardDeletes {
  /** Deletes that another worker finished than the one that began them. */
  resumed = 0;
  finished = 0;
  #asked: SimDelete[] = [];
  readonly #begun = new Map<string, { wanted: SimDelete; life: number; begunAt: number }>();
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

  /** Whether a delete that has begun may take a point, which was accepted at `takenAt`: not if that was later. */
  mayTake(text: string, timeMs: number, takenAt: number): boolean {
    for (const { wanted, begunAt } of this.#begun.values()) {
      if (takenAt < begunAt && wanted.texts.has(text) && isInRange(wanted, timeMs)) return true;
    }
    return false;
  }

  /** A change of the intents, and when. Answers the delete that it ends. */
  take({ key, after }: StoreChange, tick: number): SimDelete | undefined {
    const name = Buffer.from(key).toString('hex');
    if (after === undefined) {
      const ended = this.#begun.get(name);
      law(ended !== undefined, 'an intent was removed that nobody wrote');
      this.#begun.delete(name);
      this.finished++;
      if (ended.life !== this.#life) this.resumed++;
      return ended.wanted;
    }
    const intent = decodeIntent(after);
    law(intent !== undefined, 'an intent does not read');
    const text = textOf(intent);
    const at = this.#asked.findIndex((each) => textOf(each) === text);
    law(at >= 0, () => `a shard begins a delete that nobody asked for: ${text}`);
    law(!this.#begun.has(name), 'an intent was overwritten');
    this.#begun.set(name, { wanted: this.#asked.splice(at, 1)[0]!, life: this.#life, begunAt: tick });
    return undefined;
  }
}

const textOf = ({ selectors, startMs, endMs }: Pick<SimDelete, 'selectors' | 'startMs' | 'endMs'>): string =>
  JSON.stringify([selectors, startMs, endMs]);
