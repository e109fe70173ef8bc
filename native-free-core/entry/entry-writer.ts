import type { EntryViews } from '../head/head-writer.js';
import {
  COMMAND_ID,
  COMMAND_TEXT,
  COMMAND_TEXT_BYTES,
  ENTRY_COMMAND,
  ENTRY_POINTS,
  ENTRY_PRODUCER,
  ENTRY_SERIES,
  entryKindWord,
  POINTS_ARRIVAL_MS,
  POINTS_BASE_MS,
  POINTS_COUNT,
  POINTS_PRODUCER,
  POINTS_SEQ,
  PRODUCER_NAME,
  PRODUCER_NAME_BYTES,
  PRODUCER_REF,
  SERIES_HASH,
  SERIES_KEY,
  SERIES_KEY_BYTES,
  SERIES_SLOT,
} from './entry-layout.js';

/** What stands in front of the columns of a points entry. */
export interface PointsHead {
  producer: number;
  seq: number;
  baseMs: number;
  arrivalMs: number;
}

/** Fills the head of a claimed points entry at byte `offset`; the caller fills the columns. */
export function writePointsHead(
  views: EntryViews,
  offset: number,
  count: number,
  timeForm: number,
  head: PointsHead,
): void {
  const { u32, f64 } = views;
  u32[(offset >> 2) + 1] = entryKindWord(ENTRY_POINTS, timeForm);
  u32[(offset + POINTS_COUNT) >> 2] = count;
  u32[(offset + POINTS_PRODUCER) >> 2] = head.producer;
  f64[(offset + POINTS_SEQ) >> 3] = head.seq;
  f64[(offset + POINTS_BASE_MS) >> 3] = head.baseMs;
  f64[(offset + POINTS_ARRIVAL_MS) >> 3] = head.arrivalMs;
}

/** Fills a claimed series entry. `hash` has four words; the key is copied. */
export function writeSeries(
  views: EntryViews,
  offset: number,
  slot: number,
  hash: Int32Array,
  key: Uint8Array,
): void {
  const { u8, u32, i32 } = views;
  u32[(offset >> 2) + 1] = entryKindWord(ENTRY_SERIES, 0);
  u32[(offset + SERIES_SLOT) >> 2] = slot;
  u32[(offset + SERIES_KEY_BYTES) >> 2] = key.length;
  i32.set(hash, (offset + SERIES_HASH) >> 2);
  u8.set(key, offset + SERIES_KEY);
}

/** Fills a claimed producer entry. */
export function writeProducer(views: EntryViews, offset: number, producer: number, name: Uint8Array): void {
  const { u8, u32 } = views;
  u32[(offset >> 2) + 1] = entryKindWord(ENTRY_PRODUCER, 0);
  u32[(offset + PRODUCER_REF) >> 2] = producer;
  u32[(offset + PRODUCER_NAME_BYTES) >> 2] = name.length;
  u8.set(name, offset + PRODUCER_NAME);
}

/** Fills a claimed command entry. */
export function writeCommand(views: EntryViews, offset: number, id: number, text: Uint8Array): void {
  const { u8, u32 } = views;
  u32[(offset >> 2) + 1] = entryKindWord(ENTRY_COMMAND, 0);
  u32[(offset + COMMAND_ID) >> 2] = id;
  u32[(offset + COMMAND_TEXT_BYTES) >> 2] = text.length;
  u8.set(text, offset + COMMAND_TEXT);
}
