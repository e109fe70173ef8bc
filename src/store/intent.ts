import type { LabelMatcher } from '../http/ports.js';
import { ENVELOPE_BYTES, openEnvelope, sealEnvelope } from './envelope.js';
import { SHARD_INTENT } from './store-layout.js';

/**
 * A delete that has begun: points of series that match, in [startMs, endMs), in groups of the folder up to a generation of each. What came
 * after that is not meant. JSON in an envelope.
 */
export interface DeleteIntent {
  selectors: LabelMatcher[];
  startMs: number;
  endMs: number;
  cuts: [group: number, generation: number][];
}

export function encodeIntent({ selectors, startMs, endMs, cuts }: DeleteIntent): Uint8Array {
  const text = Buffer.from(JSON.stringify({ selectors, startMs, endMs, cuts }), 'utf8');
  const value = new Uint8Array(ENVELOPE_BYTES + text.length);
  value.set(text, ENVELOPE_BYTES);
  sealEnvelope(value, SHARD_INTENT);
  return value;
}

/** Undefined when it is damaged: then nobody knows what was to be deleted. */
export function decodeIntent(value: Uint8Array): DeleteIntent | undefined {
  if (openEnvelope(value, SHARD_INTENT) !== 'ok') return undefined;
  const text = Buffer.from(value.subarray(ENVELOPE_BYTES)).toString('utf8');
  return JSON.parse(text) as DeleteIntent;
}
