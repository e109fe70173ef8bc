import type { Labels } from '../ports.js';

const known = new WeakMap<Labels, Uint8Array>();

/** Labels as JSON in UTF-8. The query side gives the same object for the same labels, so that mostly nothing is written twice. */
export function labelsBytes(labels: Labels): Uint8Array {
  let bytes = known.get(labels);
  if (bytes === undefined) {
    bytes = Buffer.from(JSON.stringify(labels));
    known.set(labels, bytes);
  }
  return bytes;
}
