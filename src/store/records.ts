import { ENVELOPE_BYTES, openEnvelope, sealEnvelope } from './envelope.js';
import { PREFIX_SHARD, SHARD_PRODUCER, TABLE_GROUP, TABLE_TIER, TABLE_WINDOW } from './store-layout.js';

/**
 * The small records of a folder, each an envelope around float64 fields in the order of its interface: whole
 * numbers up to 2^53 and times need no other form, and a field more can be added at the end.
 */
function encode(table: number, fields: readonly number[]): Uint8Array {
  const value = new Uint8Array(ENVELOPE_BYTES + fields.length * 8);
  new Float64Array(value.buffer, ENVELOPE_BYTES).set(fields);
  sealEnvelope(value, table);
  return value;
}

function decode(table: number, value: Uint8Array, count: number): number[] | undefined {
  if (openEnvelope(value, table) !== 'ok' || value.length < ENVELOPE_BYTES + count * 8) return undefined;
  const view = new DataView(value.buffer, value.byteOffset + ENVELOPE_BYTES);
  return Array.from({ length: count }, (_, i) => view.getFloat64(i * 8, true));
}

/** What of a group is in blocks: every generation up to `storedGeneration`, and of the next one the series below `partialBound`. */
export interface GroupRecord {
  storedGeneration: number;
  partialBound: number;
  storedPoints: number;
  expiredPoints: number;
}

export const emptyGroupRecord = (): GroupRecord => ({
  storedGeneration: 0,
  partialBound: 0,
  storedPoints: 0,
  expiredPoints: 0,
});

export const encodeGroupRecord = (r: GroupRecord): Uint8Array =>
  encode(TABLE_GROUP, [r.storedGeneration, r.partialBound, r.storedPoints, r.expiredPoints]);

export function decodeGroupRecord(value: Uint8Array): GroupRecord | undefined {
  const f = decode(TABLE_GROUP, value, 4);
  return f && { storedGeneration: f[0]!, partialBound: f[1]!, storedPoints: f[2]!, expiredPoints: f[3]! };
}

/** The number below which the series of a group have their points of a generation in blocks. */
export function storedBelow({ storedGeneration, partialBound }: GroupRecord, generation: number): number {
  if (storedGeneration >= generation) return Number.POSITIVE_INFINITY;
  return storedGeneration === generation - 1 ? partialBound : 0;
}

/** What a tier of a group holds, and what sweeps have taken from it. */
export interface TierRecord {
  segments: number;
  /** Of the values of its segments. */
  bytes: number;
  /** Points of raw, cells of a rollup. */
  rows: number;
  /** Rows that retention has taken away, those among them that were too old when they came to be written. */
  sweptRows: number;
  /** When a sweep last went through; 0: never. */
  lastSweepMs: number;
}

export const emptyTierRecord = (): TierRecord => ({
  segments: 0,
  bytes: 0,
  rows: 0,
  sweptRows: 0,
  lastSweepMs: 0,
});

export const encodeTierRecord = (r: TierRecord): Uint8Array =>
  encode(TABLE_TIER, [r.segments, r.bytes, r.rows, r.sweptRows, r.lastSweepMs]);

export function decodeTierRecord(value: Uint8Array): TierRecord | undefined {
  const f = decode(TABLE_TIER, value, 5);
  return f && { segments: f[0]!, bytes: f[1]!, rows: f[2]!, sweptRows: f[3]!, lastSweepMs: f[4]! };
}

/** Which batches of a producer are in blocks; see ProducerWindow. */
export interface WindowRecord {
  contiguous: number;
  low: number;
  high: number;
  lastSeenMs: number;
}

export const encodeWindowRecord = (r: WindowRecord): Uint8Array =>
  encode(TABLE_WINDOW, [r.contiguous, r.low, r.high, r.lastSeenMs]);

export function decodeWindowRecord(value: Uint8Array): WindowRecord | undefined {
  const f = decode(TABLE_WINDOW, value, 4);
  return f && { contiguous: f[0]!, low: f[1]!, high: f[2]!, lastSeenMs: f[3]! };
}

/** Where a shard stood when its log was cut last: what the log itself can't tell once it is empty. */
export interface ShardRecord {
  session: number;
  ringPosition: number;
  nextLogPosition: number;
  /** Points accepted since the folder was made, up to the first value that is left in the log. */
  acceptedPoints: number;
  /** Points that damaged log values held, up to there. */
  damagedPoints: number;
}

export const encodeShardRecord = (r: ShardRecord): Uint8Array =>
  encode(PREFIX_SHARD, [r.session, r.ringPosition, r.nextLogPosition, r.acceptedPoints, r.damagedPoints]);

export function decodeShardRecord(value: Uint8Array): ShardRecord | undefined {
  const f = decode(PREFIX_SHARD, value, 5);
  return (
    f && {
      session: f[0]!,
      ringPosition: f[1]!,
      nextLogPosition: f[2]!,
      acceptedPoints: f[3]!,
      damagedPoints: f[4]!,
    }
  );
}

/** The name of a producer, UTF-8 in an envelope. */
export function encodeProducerRecord(name: Uint8Array): Uint8Array {
  const value = new Uint8Array(ENVELOPE_BYTES + name.length);
  value.set(name, ENVELOPE_BYTES);
  sealEnvelope(value, SHARD_PRODUCER);
  return value;
}

/** The bytes of the name, in the memory of the value. */
export function decodeProducerRecord(value: Uint8Array): Uint8Array | undefined {
  return openEnvelope(value, SHARD_PRODUCER) === 'ok' ? value.subarray(ENVELOPE_BYTES) : undefined;
}
