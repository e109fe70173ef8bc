import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { encode } from '@msgpack/msgpack';
import { WebSocket } from 'ws';
import { EngineProcess } from '../../bench/macro/engine-process.js';
import { CloseCode } from '../../protocol/close-codes.js';
import {
  AckView,
  ColumnsView,
  DecodeStatus,
  decodeAck,
  decodeColumns,
  decodeError,
  ErrorView,
  ItemStatus,
  peekOpcode,
  RowsReader,
} from '../../protocol/index.js';
import { CursorReader } from '../../protocol/msgpack/cursor-reader.js';
import { Opcode } from '../../protocol/opcodes.js';

const FRAMES = Number(process.env['MILLRACE_FUZZ_FRAMES'] ?? 20_000);
const FIRST_SEED = Number(process.env['MILLRACE_FUZZ_SEED'] ?? 1);
const CONNECTIONS = 4;
/** Frames that a connection sends before it is closed and another one begins; many end sooner, by a malformed frame. */
const FRAMES_PER_CONNECTION = 200;
/** Frames between two looks at the books: below the engine's limit on batches in flight. */
const FRAMES_IN_FLIGHT = 16;
/** Far more than a loaded machine takes to store a few points, ms. */
const SETTLE_MS_MAX = 10_000;
/** Part of the frames after which memory is first measured: caches, code and the series of the corpus are there then. */
const WARM_UP_SHARE = 0.3;
/** What the rest may add: V8's heap breathes by this much, a leak of 100 bytes a frame of a million would show. */
const GROWTH_BYTES_MAX = 96 * 1_024 * 1_024;
/** And for each series that a mutated name made: its state, its name in three indexes, and its open points. */
const SERIES_BYTES = 2_048;
/** And for each point that was taken: those that are not in blocks yet lie in memory. */
const POINT_BYTES = 32;

type Random = (below: number) => number;

/** mulberry32: 32 bits of state, so that one number reproduces a connection. */
function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const columnOf = (array: Uint32Array | Int32Array | Float64Array): Uint8Array => new Uint8Array(array.buffer);

/** Good frames, whose seq is the one that the connection expects. */
const makers: ((seq: number, random: Random) => Uint8Array)[] = [
  () => encode([0, { v: 1, client: 'fuzz' }]),
  (_, random) =>
    encode([
      1,
      Array.from({ length: 8 }, (_, i) => [i, `fuzz.${random(4)}`, { host: `h${i}`, é: 'ü', empty: '' }]),
    ]),
  (seq, random) => {
    const count = 1 + random(20);
    const refs = Uint32Array.from({ length: count }, () => random(9));
    const dt = Int32Array.from({ length: count }, () => random(60_000) - 60_000);
    const values = Float64Array.from({ length: count }, () => random(1_000) - 500);
    return encode([
      2,
      seq,
      Date.now(),
      columnOf(refs),
      random(3) === 0 ? null : columnOf(dt),
      columnOf(values),
    ]);
  },
  (seq, random) =>
    encode([
      3,
      seq,
      [
        ['fuzz.row', random(100), Date.now() - random(60_000), { k: `v${random(5)}` }],
        { name: 'fuzz.map', value: -1.5, timestamp: new Date().toISOString(), labels: { x: 'y' } },
        { labels: null, name: 'fuzz.other', later: [[[1]]], value: 2 ** 40 },
        [null, null],
      ],
    ]),
];

const interesting = [
  0x00, 0x7f, 0x80, 0x90, 0xa0, 0xc0, 0xc1, 0xc4, 0xc6, 0xc9, 0xcb, 0xcf, 0xd3, 0xdb, 0xdd, 0xdf, 0xff,
];

function mutate(frame: Uint8Array, random: Random): Uint8Array {
  let bytes = Uint8Array.from(frame);
  for (let changes = 1 + random(3); changes > 0 && bytes.length > 0; changes--) {
    const at = random(bytes.length);
    const byte = random(2) === 0 ? interesting[random(interesting.length)]! : random(256);
    switch (random(5)) {
      case 0:
        bytes[at] = byte;
        break;
      case 1:
        bytes[at]! ^= 1 << random(8);
        break;
      case 2:
        bytes = bytes.slice(0, at);
        break;
      case 3:
        bytes = Uint8Array.from([...bytes.subarray(0, at), byte, ...bytes.subarray(at)]);
        break;
      default:
        bytes = Uint8Array.from([...bytes.subarray(0, at + 1), ...bytes.subarray(at)]);
    }
  }
  return bytes;
}

const whole = new CursorReader();

/** Mostly a frame that is still MessagePack: another one ends its connection, and with it what could be tried there. */
function mutateGently(frame: Uint8Array, random: Random): Uint8Array {
  for (let tries = 0; ; tries++) {
    const bytes = mutate(frame, random);
    whole.reset(bytes);
    whole.skip('a frame');
    const isWhole = !whole.failed && whole.position === bytes.length;
    if (isWhole || tries === 20 || random(100) === 0) return bytes;
  }
}

/** What a frame does to the books of a connection, as the protocol's own decoders read it. */
interface Batch {
  seq: number;
  points: number;
}

const columns = new ColumnsView();
const rows = new RowsReader();

function batchOf(frame: Uint8Array): Batch | undefined {
  const opcode = peekOpcode(frame);
  if (opcode === Opcode.columns && decodeColumns(frame, columns) === DecodeStatus.ok) {
    return { seq: columns.seq, points: columns.count };
  }
  if (opcode !== Opcode.rows || rows.open(frame) !== DecodeStatus.ok) return undefined;
  while (rows.next() < ItemStatus.end);
  const batch = rows.failure.status === DecodeStatus.ok ? { seq: rows.seq, points: rows.count } : undefined;
  rows.release();
  return batch;
}

interface Totals {
  frames: number;
  points: number;
  accepted: number;
  errors: number;
  closed: number;
}

/**
 * One connection: sends good frames, most of them mutated, and keeps the books that the protocol promises: each batch
 * whose seq is not ahead is settled, and accepted + rejected are the points that were in it.
 */
class FuzzConnection {
  readonly #socket: WebSocket;
  readonly #random: Random;
  readonly #totals: Totals;
  readonly #ack = new AckView();
  readonly #error = new ErrorView();
  #seq = 0;
  /** Points of batches that the engine must settle, and those that it has. */
  #owed = 0;
  #settled = 0;
  #isOpen = true;
  #onChange: (() => void) | undefined;
  #fault: Error | undefined;

  private constructor(socket: WebSocket, random: Random, totals: Totals) {
    this.#socket = socket;
    this.#random = random;
    this.#totals = totals;
    socket.on('message', (data: Buffer) => this.#guard(() => this.#onFrame(data)));
    socket.on('close', (code) => {
      this.#isOpen = false;
      this.#guard(() =>
        assert.ok(
          [1000, 1005, CloseCode.malformedFrame, CloseCode.frameTooLarge].includes(code),
          `closed with ${code}`,
        ),
      );
    });
  }

  static async open(url: string, random: Random, totals: Totals): Promise<FuzzConnection> {
    const socket = new WebSocket(url, { perMessageDeflate: false });
    const connection = new FuzzConnection(socket, random, totals);
    await once(socket, 'open');
    return connection;
  }

  /** Sends so many frames, or fewer when a malformed one closes the connection. */
  async run(frames: number): Promise<void> {
    const random = this.#random;
    for (let i = 0; i < frames && this.#isOpen; i++) {
      const good = makers[i === 0 ? random(2) : 1 + random(3)]!(this.#seq + 1, random);
      this.#send(random(4) === 0 ? good : mutateGently(good, random));
      if (i % FRAMES_IN_FLIGHT === FRAMES_IN_FLIGHT - 1) await this.#settle();
    }
    await this.#settle();
    if (!this.#isOpen) this.#totals.closed++;
    else {
      this.#socket.close(1000);
      await once(this.#socket, 'close');
    }
  }

  #send(frame: Uint8Array): void {
    const batch = batchOf(frame);
    // Behind the next one is out of order: an ERROR. A seq that came before is settled again.
    if (batch !== undefined && batch.seq <= this.#seq + 1) {
      this.#owed += batch.points;
      this.#seq = Math.max(this.#seq, batch.seq);
    }
    this.#totals.frames++;
    this.#totals.points += batch?.points ?? 0;
    this.#socket.send(frame);
  }

  /** Sends a batch of one point behind everything else, and waits until all is settled or the connection is closed. */
  async #settle(): Promise<void> {
    if (this.#isOpen) this.#send(encode([3, this.#seq + 1, [['fuzz.settled', 1]]]));
    const deadline = Date.now() + SETTLE_MS_MAX;
    while (this.#isOpen && this.#fault === undefined && this.#settled !== this.#owed) {
      assert.ok(this.#settled < this.#owed, `${this.#settled} points are settled, ${this.#owed} were sent`);
      assert.ok(
        Date.now() < deadline,
        `${this.#settled} of ${this.#owed} points are settled after ${SETTLE_MS_MAX} ms`,
      );
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 100);
        this.#onChange = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    if (this.#fault !== undefined) throw this.#fault;
  }

  #guard(body: () => void): void {
    try {
      body();
    } catch (error) {
      this.#fault ??= error as Error;
    }
    this.#onChange?.();
  }

  #onFrame(frame: Buffer): void {
    const opcode = peekOpcode(frame);
    if (opcode === Opcode.ack) {
      assert.equal(decodeAck(frame, this.#ack), DecodeStatus.ok);
      this.#settled += this.#ack.rejected.reduce((n, { count }) => n + count, this.#ack.accepted);
      this.#totals.accepted += this.#ack.accepted;
    } else if (opcode === Opcode.error) {
      assert.equal(decodeError(frame, this.#error), DecodeStatus.ok);
      assert.notEqual(this.#error.message, '');
      this.#totals.errors++;
    } else assert.equal(opcode, Opcode.welcome, 'nothing here is too much, so there is no BUSY');
  }
}

interface Stats {
  series: number;
  memory: { heap_used_bytes: number; external_bytes: number };
  points_accepted: number;
  conservation: { accepted: number; difference: number };
  ingest: { connections: number; in_flight_batches: number };
}

test(`an engine survives ${FRAMES} mutated frames and accounts for every point`, async (t) => {
  const engine = await EngineProcess.start({ flags: ['--workers', '2'] });
  t.after(async () => {
    await engine.stop('SIGKILL');
    engine.removeFolder();
  });
  const url = `ws://127.0.0.1:${engine.port}/ws/ingest`;
  const totals: Totals = { frames: 0, points: 0, accepted: 0, errors: 0, closed: 0 };
  let seed = FIRST_SEED;
  const sendUntil = async (frames: number): Promise<void> => {
    const lane = async (): Promise<void> => {
      while (totals.frames < frames) {
        const own = seed++;
        try {
          const connection = await FuzzConnection.open(url, randomOf(own), totals);
          await connection.run(FRAMES_PER_CONNECTION);
        } catch (error) {
          throw new Error(`MILLRACE_FUZZ_SEED=${own} MILLRACE_FUZZ_FRAMES=1 reproduces it`, { cause: error });
        }
      }
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, lane));
  };
  await sendUntil(FRAMES * WARM_UP_SHARE);
  const before = await memoryOf(engine);
  await sendUntil(FRAMES);
  const after = await memoryOf(engine);
  const grown = after.residentBytes - before.residentBytes;
  const grownMax =
    GROWTH_BYTES_MAX +
    (after.series - before.series) * SERIES_BYTES +
    (after.points - before.points) * POINT_BYTES;
  t.diagnostic(`after the first part ${JSON.stringify(before)}, at the end ${JSON.stringify(after)}`);
  assert.ok(grown < grownMax, `memory grew by ${grown} bytes, more than ${grownMax}`);

  assert.equal((await fetch(`${engine.url}/health`)).status, 200);
  const stats = await settled(engine);
  assert.equal(stats.conservation.difference, 0);
  assert.equal(stats.conservation.accepted, stats.points_accepted);
  assert.ok(totals.accepted > FRAMES / 10 && totals.errors > 0 && totals.closed > 0, JSON.stringify(totals));
  t.diagnostic(`${JSON.stringify(totals)}, ${seed - FIRST_SEED} connections`);
  await engine.stop();
});

interface Memory {
  residentBytes: number;
  heapBytes: number;
  series: number;
  points: number;
}

async function memoryOf(engine: EngineProcess): Promise<Memory> {
  const { series, points_accepted, memory } = await engine.json<Stats>('/api/v1/operator/stats');
  const heapBytes = memory.heap_used_bytes + memory.external_bytes;
  return { residentBytes: engine.residentBytes(), heapBytes, series, points: points_accepted };
}

/** What connections that were closed had in flight becomes durable a moment later. */
async function settled(engine: EngineProcess): Promise<Stats> {
  for (let tries = 0; ; tries++) {
    const stats = await engine.json<Stats>('/api/v1/operator/stats');
    const isSettled = stats.ingest.connections === 0 && stats.ingest.in_flight_batches === 0;
    if ((isSettled && stats.conservation.accepted === stats.points_accepted) || tries === 50) return stats;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
