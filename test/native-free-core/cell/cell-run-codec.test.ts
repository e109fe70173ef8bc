import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CellRun } from '../../../native-free-core/cell/cell-run.js';
import {
  cellRunBytesMax,
  decodeCellRunInto,
  encodeCellRunInto,
  measureCellRunInto,
} from '../../../native-free-core/cell/cell-run-codec.js';
import {
  CELL_RUN_CORRUPT,
  CELL_RUN_MALFORMED,
  CELL_RUN_NEWER_VERSION,
  CHECKSUM_BYTES,
} from '../../../native-free-core/cell/cell-run-layout.js';
import { storeWord } from '../../../native-free-core/codec/bits.js';
import { crc32c } from '../../../native-free-core/codec/crc32c.js';
import { gaussian, seeded } from './numbers.js';
import { assertSameRuns, runOf } from './runs.js';
import { readVectors } from './vectors.js';

const MINUTE = 60_000;
const START = 1_764_669_600_000;

function encode(run: CellRun, windowMs = MINUTE): Uint8Array {
  const out = new Uint8Array(cellRunBytesMax(run, 0, run.length) + 5);
  const end = encodeCellRunInto(run, 0, run.length, windowMs, out, 5);
  return out.slice(5, end);
}

function roundTrip(run: CellRun, windowMs = MINUTE): Uint8Array {
  const bytes = encode(run, windowMs);
  const decoded = new CellRun();
  assert.equal(decodeCellRunInto(bytes, 0, bytes.length, windowMs, decoded), bytes.length);
  assertSameRuns(decoded, run);
  const extent = { rows: 0, firstMs: 0, lastMs: 0 };
  assert.equal(measureCellRunInto(bytes, 0, bytes.length, windowMs, extent), bytes.length);
  assert.deepEqual(extent, {
    rows: run.length,
    firstMs: run.firstTimeMs[0],
    lastMs: run.lastTimeMs[run.length - 1],
  });
  return bytes;
}

/** A copy with another byte at `at`. */
function changed(bytes: Uint8Array, at: number, byte: number): Uint8Array {
  const copy = bytes.slice();
  copy[at] = byte;
  return copy;
}

type Points = [timeMs: number, value: number][];

/** 30 minutes of points `stepMs` apart. */
function minutes(stepMs: number, value: (i: number) => number): Points {
  return Array.from({ length: (30 * MINUTE) / stepMs }, (_, i) => [START + i * stepMs, value(i)]);
}

/** Values of TSBS cpu-only: a walk of steps N(0, 1), held in 0..100, cut to an integer. */
function cpuOnly(seed: number): () => number {
  const random = seeded(seed);
  let state = random() * 100;
  return () => {
    state = Math.min(100, Math.max(0, state + gaussian(random)));
    return Math.floor(state);
  };
}

test('encodeCellRunInto() takes at most 4 bytes a row when 6 small integers walk (aim: 20)', () => {
  let bytes = 0;
  for (let series = 1; series <= 100; series++)
    bytes += roundTrip(runOf(minutes(10_000, cpuOnly(series)), MINUTE)).length;
  assert.ok(bytes / 3000 <= 4, `${bytes / 3000} bytes a row`);
});

test('encodeCellRunInto() stays near the entropy when 1,000 log-normal values make a row', () => {
  const random = seeded(11);
  const bytesPerRow = (value: () => number) => roundTrip(runOf(minutes(60, value), MINUTE)).length / 30;
  const float = bytesPerRow(() => Math.exp(1.2 * gaussian(random) + 3));
  const decimal = bytesPerRow(() => Math.round(1000 * Math.exp(1.2 * gaussian(random) + 3)) / 1000);
  // The sketch's entropy alone is 197 bytes; four values within their buckets, sum and squares of full mantissas are 38.
  assert.ok(float <= 250, `${float} bytes a row of full mantissas`);
  assert.ok(decimal <= 227, `${decimal} bytes a row of three digits`);
});

test('encodeCellRunInto() gives back the run when values are of every kind', () => {
  const random = seeded(5);
  const check = (points: Points) => roundTrip(runOf(points, MINUTE));
  check([[START, 0]]);
  check([
    [START, -Number.MAX_VALUE],
    [START + 1, Number.MAX_VALUE],
    [START + 2, 5e-324],
  ]);
  check([
    [START, 1e200],
    [START + MINUTE, -1e200],
    [START + MINUTE, 1e200],
  ]);
  check([
    [-1e-300, 7.5],
    [1e-300, 8.25],
  ]);
  check([
    [0.1, 1],
    [0.30000000000000004, 2],
    [8.64e15, 3],
  ]);
  check(minutes(10_000, () => 0));
  check(minutes(10_000, () => 0.1 + 0.2));
  check(minutes(10_000, () => Math.round(gaussian(random) * 1000) / 10));
  check(minutes(10_000, (i) => 1e15 + i));
  check(minutes(10_000, (i) => (i % 2 === 0 ? 1 : -1) * i * 1e-7));
  check(minutes(30_000, () => gaussian(random) * 1e-300));
  check(minutes(20_000, (i) => [2 ** 53, -(2 ** 53), 0.5][i % 3]!));
  check(minutes(MINUTE, () => gaussian(random)));
  check(minutes(30_000, (i) => i / 8));
  check(minutes(600, () => Math.floor(gaussian(random) * 1e6)));
  check(minutes(10_000, (i) => 1e9 + (i % 7)).filter((_, i) => i % 13 < 9 && i % 50 < 20));
});

test('encodeCellRunInto() gives back the run when a row is quite unlike the one before', () => {
  const random = seeded(21);
  const check = (value: (minute: number) => number) =>
    roundTrip(
      runOf(
        minutes(150, (i) => value(Math.floor(i / 400))),
        MINUTE,
      ),
    );
  check((minute) => Math.exp(gaussian(random) + (minute % 3) * 4));
  check((minute) => (minute % 2 === 0 ? 7 : Math.exp(2 * gaussian(random))));
  check((minute) => (minute % 4 < 2 ? -1 : 1) * Math.exp(2 * gaussian(random)));
  check((minute) => Math.round(1e4 * random()) / 10 ** (minute % 3));
  const uneven = minutes(150, () => Math.exp(2 * gaussian(random)));
  roundTrip(
    runOf(
      uneven.filter(([time], i) => Math.floor(time / MINUTE) % 2 === 0 || i % 11 === 0),
      MINUTE,
    ),
  );
});

test('encodeCellRunInto() gives back the run when heavy rows follow each other', () => {
  const run = runOf(
    minutes(60, (i) => 1 + (i % 997)),
    MINUTE,
  );
  for (let i = 0; i < run.length; i++) {
    const start = run.bucketStart(i);
    const times = [1, 2 ** 30, 1, 2 ** 36][i % 4]!;
    for (let at = start; at < run.bucketEnd[i]!; at++) {
      run.bucketCounts[at] = run.bucketCounts[at]! * (at % 3 === 0 ? times : 1);
    }
    run.count[i] = run.bucketCounts.subarray(start, run.bucketEnd[i]).reduce((sum, count) => sum + count, 0);
  }
  roundTrip(run);
});

test('encodeCellRunInto() writes a part when asked for one, and decodeCellRunInto() appends', () => {
  const run = runOf(minutes(10_000, cpuOnly(9)), MINUTE);
  const out = new Uint8Array(10_000);
  const middle = encodeCellRunInto(run, 0, 11, MINUTE, out, 0);
  const end = encodeCellRunInto(run, 11, run.length - 11, MINUTE, out, middle);
  const decoded = new CellRun();
  assert.equal(decodeCellRunInto(out, 0, end, MINUTE, decoded), middle);
  assert.equal(decoded.length, 11);
  assert.equal(decodeCellRunInto(out, middle, end, MINUTE, decoded), end);
  assertSameRuns(decoded, run);
  // The same rows again are not after the last window.
  assert.equal(decodeCellRunInto(out, middle, end, MINUTE, decoded), CELL_RUN_MALFORMED);
  assertSameRuns(decoded, run);
});

test('encodeCellRunInto() gives back the run when cells hold more than 2^32 points', () => {
  const run = runOf(
    [
      [START, 3],
      [START + 1, 5],
    ],
    MINUTE,
  );
  run.count[0] = 2 ** 40 + 2 ** 33;
  run.sum[0] = 3 * 2 ** 40 + 5 * 2 ** 33;
  run.squares[0] = 4 * 2 ** 33;
  run.bucketCounts[0] = 2 ** 40;
  run.bucketCounts[1] = 2 ** 33;
  roundTrip(run);
});

test('encodeCellRunInto() refuses when there is nothing to write or a window is no multiple', () => {
  const run = runOf([[START, 1]], MINUTE);
  assert.throws(() => encodeCellRunInto(run, 0, 0, MINUTE, new Uint8Array(100), 0), /^Error: BUG/);
  assert.throws(() => encodeCellRunInto(run, 0, 2, MINUTE, new Uint8Array(100), 0), /^Error: BUG/);
  assert.throws(() => encodeCellRunInto(run, 0, 1, 7_777, new Uint8Array(100), 0), /^Error: BUG/);
});

test('decodeCellRunInto() answers a status and leaves the run when bytes are broken', () => {
  const bytes = encode(runOf(minutes(10_000, cpuOnly(4)), MINUTE));
  const check = (broken: Uint8Array, statuses: number[]) => {
    const run = runOf([[0, 1]], MINUTE);
    assert.ok(statuses.includes(decodeCellRunInto(broken, 0, broken.length, MINUTE, run)));
    assertSameRuns(run, runOf([[0, 1]], MINUTE));
  };
  for (let end = 0; end < bytes.length; end++)
    check(bytes.slice(0, end), [CELL_RUN_MALFORMED, CELL_RUN_CORRUPT]);
  check(
    Uint8Array.from(bytes, (byte, i) => (i === 0 ? 3 : byte)),
    [CELL_RUN_NEWER_VERSION],
  );
  for (let bit = 8; bit < bytes.length * 8; bit++) {
    const broken = Uint8Array.from(bytes);
    broken[bit >> 3] = broken[bit >> 3]! ^ (1 << (bit & 7));
    check(broken, [CELL_RUN_MALFORMED, CELL_RUN_CORRUPT]);
  }
});

// A decoder is not safe because a checksum is: here the checksum is made right again after each change.
test('measureCellRunInto() answers a status and leaves the extent when bytes are broken', () => {
  const bytes = encode(runOf(minutes(10_000, cpuOnly(1)), MINUTE));
  const check = (broken: Uint8Array, wanted: number): void => {
    const extent = { rows: 1, firstMs: 2, lastMs: 3 };
    assert.equal(measureCellRunInto(broken, 0, broken.length, MINUTE, extent), wanted);
    assert.deepEqual(extent, { rows: 1, firstMs: 2, lastMs: 3 });
  };
  check(bytes.subarray(0, 6), CELL_RUN_MALFORMED);
  check(bytes.subarray(0, bytes.length - 1), CELL_RUN_CORRUPT);
  check(changed(bytes, 0, 3), CELL_RUN_NEWER_VERSION);
  for (let i = 1; i < bytes.length; i++) check(changed(bytes, i, bytes[i]! ^ 4), CELL_RUN_CORRUPT);
  const unknownFlag = changed(bytes, 1, 128);
  storeWord(
    unknownFlag,
    bytes.length - CHECKSUM_BYTES,
    crc32c(unknownFlag, 0, bytes.length - CHECKSUM_BYTES),
  );
  check(unknownFlag, CELL_RUN_MALFORMED);
});

test('decodeCellRunInto() makes a valid run or none when mutated bytes have a right checksum', () => {
  const random = seeded(8);
  const samples = [
    encode(runOf(minutes(10_000, cpuOnly(4)), MINUTE)),
    encode(
      runOf(
        minutes(10_000, () => gaussian(random)),
        MINUTE,
      ),
    ),
    encode(
      runOf(
        minutes(600, () => Math.round(gaussian(random) * 1000) / 10),
        MINUTE,
      ),
    ),
    encode(
      runOf(
        minutes(7_001, () => 1e300 * gaussian(random)),
        MINUTE,
      ),
    ),
    ...readVectors<{ windowMs: number; hex: string }[]>('cell-run-v1.json')
      .filter(({ windowMs }) => windowMs === MINUTE)
      .map(({ hex }) => Uint8Array.from(Buffer.from(hex, 'hex'))),
  ];
  fc.assert(
    fc.property(
      fc.constantFrom(...samples),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 5 }),
      (sample, changes) => {
        const bytes = Uint8Array.from(sample);
        for (const [at, value] of changes) bytes[1 + (at % (bytes.length - 1))] = value;
        const last = bytes.length - CHECKSUM_BYTES;
        storeWord(bytes, last, crc32c(bytes, 0, last));
        checkDecoded(bytes);
      },
    ),
    { numRuns: 3000 },
  );
});

test('decodeCellRunInto() makes a valid run or none when any one bit is wrong under a right checksum', () => {
  const random = seeded(12);
  const samples = [
    // Two values in one bucket, so that max < min is a bit away.
    runOf(
      [
        [START, 1.001],
        [START + 1, 1.002],
        [START + MINUTE, 1.0021],
        [START + MINUTE + 1, 1.0011],
      ],
      MINUTE,
    ),
    // Times whose differences are columns, and times that have to be absolute.
    runOf(
      minutes(7_001, () => Math.floor(gaussian(random) * 5)).filter((_, i) => i % 5 !== 2),
      MINUTE,
    ),
    runOf(
      [
        [-1e-300, 7.5],
        [1e-300, 8.25],
        [0.1, 3],
        [MINUTE + 0.3, 9],
      ],
      MINUTE,
    ),
  ];
  for (const sample of samples.map((run) => encode(run))) {
    for (let bit = 8; bit < (sample.length - CHECKSUM_BYTES) * 8; bit++) {
      const bytes = Uint8Array.from(sample);
      bytes[bit >> 3] = bytes[bit >> 3]! ^ (1 << (bit & 7));
      const last = bytes.length - CHECKSUM_BYTES;
      storeWord(bytes, last, crc32c(bytes, 0, last));
      checkDecoded(bytes);
    }
  }
});

test('decodeCellRunInto() makes a valid run or none when bytes are arbitrary', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 4, maxLength: 80 }), fc.constantFrom(1, 2), (body, version) => {
      const bytes = new Uint8Array(body.length + CHECKSUM_BYTES);
      bytes.set(body);
      bytes[0] = version;
      bytes[1] = bytes[1]! & 127;
      bytes[2] = bytes[2]! % 8;
      storeWord(bytes, body.length, crc32c(bytes, 0, body.length));
      checkDecoded(bytes);
    }),
    { numRuns: 3000 },
  );
});

function checkDecoded(bytes: Uint8Array): void {
  const run = new CellRun();
  const end = decodeCellRunInto(bytes, 0, bytes.length, MINUTE, run);
  if (end < 0) {
    assert.equal(run.length, 0);
    return;
  }
  assert.ok(end <= bytes.length);
  for (let i = 0; i < run.length; i++) {
    assert.ok(run.min[i]! <= run.max[i]!);
    assert.ok(run.firstTimeMs[i]! <= run.lastTimeMs[i]!);
    let total = 0;
    for (let k = run.bucketStart(i); k < run.bucketEnd[i]!; k++) total += run.bucketCounts[k]!;
    assert.equal(total, run.count[i]);
  }
}

interface Vector {
  name: string;
  windowMs: number;
  points: Points;
  hex: string;
}

test('encodeCellRunInto() writes the golden bytes when the points are those of cell-run.json', () => {
  const vectors = readVectors<Vector[]>('cell-run.json');
  assert.ok(vectors.length >= 9);
  for (const { name, windowMs, points, hex } of vectors) {
    assert.equal(Buffer.from(roundTrip(runOf(points, windowMs), windowMs)).toString('hex'), hex, name);
  }
});

test('decodeCellRunInto() makes the run of today when the bytes are of version 1, those of cell-run-v1.json', () => {
  const vectors = readVectors<Vector[]>('cell-run-v1.json');
  assert.ok(vectors.length >= 8);
  for (const { name, windowMs, points, hex } of vectors) {
    const bytes = Uint8Array.from(Buffer.from(hex, 'hex'));
    assert.equal(bytes[0], 1);
    const [decoded, expected] = [new CellRun(), runOf(points, windowMs)];
    assert.equal(decodeCellRunInto(bytes, 0, bytes.length, windowMs, decoded), bytes.length, name);
    assertSameRuns(decoded, expected);
    const extent = { rows: 0, firstMs: 0, lastMs: 0 };
    assert.equal(measureCellRunInto(bytes, 0, bytes.length, windowMs, extent), bytes.length, name);
    assert.deepEqual(extent, {
      rows: expected.length,
      firstMs: expected.firstTimeMs[0],
      lastMs: expected.lastTimeMs[expected.length - 1],
    });
    // What is written again is of today's version.
    assert.equal(roundTrip(decoded, windowMs)[0], 2, name);
  }
});
