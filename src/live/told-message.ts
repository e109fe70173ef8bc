import { encode } from '@msgpack/msgpack';
import type { FeedMessage } from './feed.js';

/** The members of a message in MessagePack, without the header of the map that they are part of. */
export interface PackedMembers {
  bytes: Uint8Array;
  count: number;
}

/** A message of a feed on its way to the feed's subscribers, who share what is made of it. */
export class ToldMessage implements FeedMessage {
  readonly members: string;
  readonly points: number;
  #packed: PackedMembers | undefined;

  constructor({ members, points }: FeedMessage) {
    this.members = members;
    this.points = points;
  }

  /** Made for the first subscriber who wants MessagePack: few do. */
  get packed(): PackedMembers {
    this.#packed ??= packMembers(JSON.parse(`{${this.members}}`) as object);
    return this.#packed;
  }
}

/** The most members that a map's one-byte header can count (MessagePack's fixmap); no message comes near. */
const FIXMAP_MEMBERS_MAX = 15;

/** The members of an object without their map's header, which is one byte. Copied: the library's memory is used again. */
export function packMembers(value: object): PackedMembers {
  return { bytes: encode(value).slice(1), count: Object.keys(value).length };
}

/** A map of all these members. */
export function packMap(parts: readonly PackedMembers[]): Uint8Array {
  let bytes = 1;
  let count = 0;
  for (const part of parts) {
    bytes += part.bytes.length;
    count += part.count;
  }
  if (count > FIXMAP_MEMBERS_MAX) throw new RangeError(`BUG: a message has ${count} members`);
  const packed = new Uint8Array(bytes);
  packed[0] = 0x80 | count;
  let at = 1;
  for (const part of parts) {
    packed.set(part.bytes, at);
    at += part.bytes.length;
  }
  return packed;
}
