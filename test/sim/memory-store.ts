import { MillraceError } from '../../src/errors.js';
import type { PairVisitor, ShardStore, StoreFigures, StoreWriter } from '../../src/store/shard-store.js';
import type { CrashFuse } from './crash-fuse.js';

/** One key that a transaction changed. */
export interface StoreChange {
  readonly key: Uint8Array;
  readonly before: Uint8Array | undefined;
  readonly after: Uint8Array | undefined;
}

/** What a lost byte looks like: memory that was lent and is used too long turns into this. */
const POISON = 0xa5;

const textOf = (key: Uint8Array): string => String.fromCharCode(...key);

/**
 * The disk of one shard, in memory. It holds a caller to every word of ShardStore's contract: what is lent is unaligned and
 * poisoned when its time is over, what is put is copied, and a transaction happens or does not. It outlives crashes.
 */
export class MemoryStore implements ShardStore {
  readonly fuse: CrashFuse;
  /** Told of each transaction when it is durable. */
  onCommit: (changes: readonly StoreChange[]) => void = () => {};
  /** Lets a test break its promises: answers the writes that really happen. */
  sabotage: ((change: StoreChange) => boolean) | undefined;
  /** Transactions that were made: tells whether it was written to in between. */
  transactions = 0;
  /** Writes that still fit; a transaction with more fails. */
  #roomForWrites = Number.POSITIVE_INFINITY;
  readonly #values = new Map<string, { key: Uint8Array; value: Uint8Array }>();
  #order: string[] = [];
  #lent: Uint8Array[] = [];

  constructor(fuse: CrashFuse) {
    this.fuse = fuse;
  }

  /** From now on a transaction fails once it has made `writes` writes, or when it commits. */
  fillUp(writes: number): void {
    this.#roomForWrites = writes;
  }

  makeRoom(): void {
    this.#roomForWrites = Number.POSITIVE_INFINITY;
  }

  get isFull(): boolean {
    return this.#roomForWrites !== Number.POSITIVE_INFINITY;
  }

  get(key: Uint8Array): Uint8Array | undefined {
    this.fuse.tick('get');
    this.#takeBack();
    const found = this.#values.get(textOf(key));
    return found === undefined ? undefined : this.#lend(found.value);
  }

  forEach(start: Uint8Array, end: Uint8Array, visit: PairVisitor): void {
    this.fuse.tick('scan');
    for (const { key, value } of this.#range(start, end)) {
      this.#takeBack();
      if (visit(this.#lend(key), this.#lend(value)) === false) break;
    }
    this.#takeBack();
  }

  forEachKey(start: Uint8Array, end: Uint8Array, visit: (key: Uint8Array) => boolean | undefined): void {
    this.forEach(start, end, visit);
  }

  transaction(body: (writer: StoreWriter) => void): void {
    this.fuse.tick('before a commit');
    this.#takeBack();
    const staged: [key: Uint8Array, value: Uint8Array | undefined][] = [];
    let room = this.#roomForWrites;
    const write = (key: Uint8Array, value: Uint8Array | undefined): void => {
      if (room-- <= 0) throw new MillraceError('MR_UNABLE_TO_STORE', 'the simulated disk is full');
      staged.push([key.slice(), value?.slice()]);
    };
    body({
      put: write,
      remove: (key) => write(key, undefined),
      removeRange: (start, end) => {
        for (const { key } of this.#range(start, end)) write(key, undefined);
      },
    });
    if (this.isFull) throw new MillraceError('MR_UNABLE_TO_STORE', 'the simulated disk is full');
    this.transactions++;
    this.#apply(staged);
    this.fuse.tick('after a commit');
  }

  figures(): StoreFigures {
    return { pageBytes: 4_096, fileBytes: 0, usedBytes: 0, mapBytes: 0, readers: 0 };
  }

  close(): void {}

  /** What is stored under a key, for the checker. */
  peek(key: Uint8Array): Uint8Array | undefined {
    return this.#values.get(textOf(key))?.value;
  }

  /** All pairs, for the checker. */
  *pairs(): Generator<{ readonly key: Uint8Array; readonly value: Uint8Array }> {
    for (const text of this.#order) yield this.#values.get(text)!;
  }

  /** What a reader's transaction would see from now on, as a store of its own. */
  copy(fuse: CrashFuse): MemoryStore {
    const copy = new MemoryStore(fuse);
    copy.#order = [...this.#order];
    for (const [text, pair] of this.#values) copy.#values.set(text, pair);
    return copy;
  }

  #apply(staged: readonly [Uint8Array, Uint8Array | undefined][]): void {
    const changes: StoreChange[] = [];
    for (const [key, after] of staged) {
      const text = textOf(key);
      const before = this.#values.get(text)?.value;
      const change = { key, before, after };
      if (this.sabotage !== undefined && !this.sabotage(change)) continue;
      changes.push(change);
      if (after !== undefined) this.#values.set(text, { key, value: after });
      else this.#values.delete(text);
      if ((before === undefined) !== (after === undefined)) this.#reorder(text, after !== undefined);
    }
    this.onCommit(changes);
  }

  #reorder(text: string, isThere: boolean): void {
    const at = this.#placeOf(text);
    if (isThere) this.#order.splice(at, 0, text);
    else this.#order.splice(at, 1);
  }

  #placeOf(text: string): number {
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#order[middle]! < text) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** As it is now: a visitor may change the store. */
  #range(start: Uint8Array, end: Uint8Array): { key: Uint8Array; value: Uint8Array }[] {
    const texts = this.#order.slice(this.#placeOf(textOf(start)), this.#placeOf(textOf(end)));
    return texts.map((text) => this.#values.get(text)!);
  }

  /** A copy at an odd address, as LMDB's pages give no alignment. */
  #lend(bytes: Uint8Array): Uint8Array {
    const lent = new Uint8Array(bytes.length + 1).subarray(1);
    lent.set(bytes);
    this.#lent.push(lent);
    return lent;
  }

  #takeBack(): void {
    for (const lent of this.#lent) lent.fill(POISON);
    this.#lent.length = 0;
  }
}
