import { assert } from '../assert.js';

/**
 * The lead byte of every MessagePack value (github.com/msgpack/msgpack, spec.md). Numbers behind a lead byte are
 * big-endian.
 *
 *   00–7f  the integer itself        c4 c5 c6  bin, length u8 u16 u32      d4–d8  ext of 1 2 4 8 16 bytes
 *   80–8f  map of 0–15 pairs         c7 c8 c9  ext, length u8 u16 u32      d9 da db  str, length u8 u16 u32
 *   90–9f  array of 0–15             ca cb     f32 f64                     dc dd     array, count u16 u32
 *   a0–bf  str of 0–31 bytes         cc cd ce cf  u8 u16 u32 u64           de df     map, count u16 u32
 *   c0 nil  c1 never  c2 false  c3 true  d0 d1 d2 d3  i8 i16 i32 i64       e0–ff  the integer, −32 to −1
 */
export const Lead = {
  fixmap: 0x80,
  fixarray: 0x90,
  fixstr: 0xa0,
  nil: 0xc0,
  never: 0xc1,
  false: 0xc2,
  true: 0xc3,
  bin8: 0xc4,
  bin16: 0xc5,
  bin32: 0xc6,
  ext8: 0xc7,
  ext16: 0xc8,
  ext32: 0xc9,
  float32: 0xca,
  float64: 0xcb,
  uint8: 0xcc,
  uint16: 0xcd,
  uint32: 0xce,
  uint64: 0xcf,
  int8: 0xd0,
  int16: 0xd1,
  int32: 0xd2,
  int64: 0xd3,
  fixext1: 0xd4,
  fixext16: 0xd8,
  str8: 0xd9,
  str16: 0xda,
  str32: 0xdb,
  array16: 0xdc,
  array32: 0xdd,
  map16: 0xde,
  map32: 0xdf,
  negativeFixint: 0xe0,
} as const;

/** What a value is, whatever its width. `none`: there is no value, the frame is at its end. */
export const Kind = {
  none: 0,
  nil: 1,
  bool: 2,
  int: 3,
  float: 4,
  str: 5,
  bin: 6,
  array: 7,
  map: 8,
  ext: 9,
  never: 10,
} as const;

export type Kind = (typeof Kind)[keyof typeof Kind];

/** For error texts. */
export const kindNames = [
  'the end of the frame',
  'nil',
  'a boolean',
  'an integer',
  'a float',
  'a string',
  'bin',
  'an array',
  'a map',
  'an extension',
  'the reserved byte c1',
] as const;

/** Kind of value by lead byte. A table because a chain of comparisons mispredicts on rows of mixed types. */
export const kindOfLead: Uint8Array = kindTable();

/** Bytes of the number or length field behind the lead byte; 0 where the lead byte holds it all. */
export const fieldBytesOfLead: Uint8Array = fieldTable();

function kindTable(): Uint8Array {
  const table = new Uint8Array(256);
  const set = (from: number, to: number, kind: Kind): void => {
    table.fill(kind, from, to + 1);
  };
  set(0x00, 0x7f, Kind.int);
  set(Lead.fixmap, 0x8f, Kind.map);
  set(Lead.fixarray, 0x9f, Kind.array);
  set(Lead.fixstr, 0xbf, Kind.str);
  set(Lead.nil, Lead.nil, Kind.nil);
  set(Lead.never, Lead.never, Kind.never);
  set(Lead.false, Lead.true, Kind.bool);
  set(Lead.bin8, Lead.bin32, Kind.bin);
  set(Lead.ext8, Lead.ext32, Kind.ext);
  set(Lead.float32, Lead.float64, Kind.float);
  set(Lead.uint8, Lead.int64, Kind.int);
  set(Lead.fixext1, Lead.fixext16, Kind.ext);
  set(Lead.str8, Lead.str32, Kind.str);
  set(Lead.array16, Lead.array32, Kind.array);
  set(Lead.map16, Lead.map32, Kind.map);
  set(Lead.negativeFixint, 0xff, Kind.int);
  return table;
}

function fieldTable(): Uint8Array {
  const table = new Uint8Array(256);
  const set = (from: number, widths: readonly number[]): void => {
    for (const [i, width] of widths.entries()) table[from + i] = width;
  };
  set(Lead.bin8, [1, 2, 4]);
  set(Lead.ext8, [1, 2, 4]);
  set(Lead.float32, [4, 8]);
  set(Lead.uint8, [1, 2, 4, 8, 1, 2, 4, 8]);
  set(Lead.str8, [1, 2, 4]);
  set(Lead.array16, [2, 4, 2, 4]);
  return table;
}

assert(!kindOfLead.includes(Kind.none), 'every lead byte must have a kind');
assert(Lead.array16 + 2 === Lead.map16 && Lead.uint64 + 1 === Lead.int8, 'the ranges above are contiguous');
