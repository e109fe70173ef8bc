import {
  ENTRY_POINTS,
  ENTRY_UNITS_WORD,
  entryKindWord,
  kindOf,
} from '../../../native-free-core/entry/entry-layout.js';
import { RING_EMPTY, RingConsumer } from '../../../native-free-core/ring/ring-consumer.js';
import {
  ringMemoryBytes,
  UNIT_BYTES,
  WORD_COMMITTED,
  WORD_PUBLISHED,
  WORD_TAKEN,
} from '../../../native-free-core/ring/ring-layout.js';
import { RING_FULL, RingProducer } from '../../../native-free-core/ring/ring-producer.js';
import type { RingViews } from '../../../native-free-core/ring/ring-views.js';

/** The smallest ring there may be: 512 units. */
export const SMALL_BYTES = 4_096;
export const SMALL_UNITS = SMALL_BYTES / UNIT_BYTES;

/** A ring whose positions begin at `start`, as if it had been used that long. */
export function ringAt(start = 0, dataBytes = SMALL_BYTES): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(ringMemoryBytes(dataBytes));
  const words = new Int32Array(memory);
  for (const word of [WORD_PUBLISHED, WORD_TAKEN, WORD_COMMITTED]) words[word] = start;
  return memory;
}

export function endsOf(memory: SharedArrayBuffer): { producer: RingProducer; consumer: RingConsumer } {
  return { producer: new RingProducer(memory), consumer: new RingConsumer(memory) };
}

/** Words at either end of an entry that carry its id: all of a short one, which is enough to see it overwritten. */
const MARKED_WORDS = 512;

/** Claims an entry of `units` that carries `id` in the words behind its head; answers its offset or RING_FULL. */
export function claim(producer: RingProducer, units: number, id: number): number {
  const offset = producer.tryClaim(units * UNIT_BYTES);
  if (offset === RING_FULL) return RING_FULL;
  const { u32 } = producer.views;
  const at = offset >> 2;
  u32[at + 1] = entryKindWord(ENTRY_POINTS, 0);
  const end = at + units * 2;
  u32.fill(id, at + 2, Math.min(end, at + MARKED_WORDS));
  u32.fill(id, Math.max(at + 2, end - MARKED_WORDS), end);
  return offset;
}

/** What stands in the entry at `offset`: its id, or a text that says what is wrong with it. */
export function idAt(views: RingViews, offset: number): number | string {
  const { u32 } = views;
  const at = offset >> 2;
  const units = u32[at + ENTRY_UNITS_WORD]!;
  if (kindOf(u32[at + 1]!) !== ENTRY_POINTS) return 'no entry of this test';
  const id = units > 1 ? u32[at + 2]! : 0;
  const end = at + units * 2;
  for (let i = at + 2; i < end; i++) {
    if (u32[i] !== id) return `torn at word ${i - at}`;
    if (i - at === MARKED_WORDS - 1) i = Math.max(i, end - MARKED_WORDS - 1);
  }
  return id;
}

/** Steps over the next entry and answers its id, or `empty`. */
export function take(consumer: RingConsumer): number | string {
  const offset = consumer.next();
  return offset === RING_EMPTY ? 'empty' : idAt(consumer.views, offset);
}
