import { Encoder } from '@msgpack/msgpack';
import { CursorReader } from '../../../protocol/msgpack/cursor-reader.js';
import { CursorWriter } from '../../../protocol/msgpack/cursor-writer.js';
import { ITEMS_AT_ONCE } from '../limits.js';
import type { JsonBytes } from './json-bytes.js';

/** Whose memory is used again, from part to part; what it gives is valid until the next one. */
const encoder = new Encoder();
const encode = (value: unknown): Uint8Array => encoder.encodeSharedRef(value);

/** Whether an object has a list that is encoded in parts, at any depth. */
export function isLong(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return value.length > ITEMS_AT_ONCE || value.some(isLong);
  // Not by Object.values, which makes a list a row.
  for (const name in value) if (isLong((value as Record<string, unknown>)[name])) return true;
  return false;
}

/**
 * Writes an object as JSON.stringify or `encode` would (a test compares them), but long lists in parts: neither can be stopped, and of a million rows both
 * take seconds.
 */
export function writeLongBody(body: object, format: 'json' | 'msgpack', out: JsonBytes): void {
  (format === 'json' ? writeJson : writeMsgpack)(body, out);
}

function writeJson(value: unknown, out: JsonBytes): void {
  if (!isLong(value)) return out.text(JSON.stringify(value ?? null));
  if (Array.isArray(value)) {
    out.text('[');
    forEachPart(value, (part, isFirst) => {
      if (!isFirst) out.text(',');
      if (part.length === 1) writeJson(part[0], out);
      else out.text(JSON.stringify(part).slice(1, -1));
    });
    out.text(']');
    return;
  }
  let separator = '{';
  for (const [name, member] of Object.entries(value as object)) {
    if (member === undefined) continue;
    out.text(`${separator}${JSON.stringify(name)}:`);
    separator = ',';
    writeJson(member, out);
  }
  out.text('}');
}

function writeMsgpack(value: unknown, out: JsonBytes): void {
  if (!isLong(value)) return out.bytes(encode(value));
  if (Array.isArray(value)) {
    out.bytes(headerOf('list', value.length));
    forEachPart(value, (part) => {
      if (part.length === 1) writeMsgpack(part[0], out);
      else out.bytes(encode(part).subarray(headerOf('list', part.length).length));
    });
    return;
  }
  const members = Object.entries(value as object);
  out.bytes(headerOf('map', members.length));
  for (const [name, member] of members) {
    out.bytes(encode(name));
    writeMsgpack(member, out);
  }
}

/** Lists that hold long ones are taken item by item, others some at a time. */
function forEachPart(items: readonly unknown[], visit: (part: unknown[], isFirst: boolean) => void): void {
  for (let from = 0; from < items.length; ) {
    let to = from + 1;
    if (!isLong(items[from])) {
      while (to < items.length && to - from < ITEMS_AT_ONCE && !isLong(items[to])) to++;
    }
    visit(items.slice(from, to), from === 0);
    from = to;
  }
}

const header = new CursorWriter(8);

/** The header of a list or a map of MessagePack, valid until the next one. */
function headerOf(kind: 'list' | 'map', count: number): Uint8Array {
  header.reset();
  if (kind === 'list') header.writeArrayHeader(count);
  else header.writeMapHeader(count);
  return header.view();
}

/** A map of MessagePack with one more member at its end. */
export function withMember(map: Uint8Array, name: string, member: unknown): Uint8Array {
  const reader = new CursorReader();
  reader.reset(map);
  const count = reader.readMapHeader('an answer');
  const members = map.subarray(reader.position);
  const added = encode([name, member]).subarray(headerOf('list', 2).length);
  return Buffer.concat([headerOf('map', count + 1), members, added]);
}
