import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { decode, encode } from '@msgpack/msgpack';
import { WebSocket } from 'ws';
import { EngineProcess } from '../../bench/macro/engine-process.js';

/**
 * The ingest protocol as somebody meets it who has its text and a MessagePack library, and nothing of this project:
 * frames go out as values or bytes, and every answer is held against what the text says.
 */
const TOKEN = 's3cret';
const NOW = Date.now();
const DAY = 86_400_000;
const LIMITS = { maxFrameBytes: 64 * 1024, maxPointsPerBatch: 1_000, maxInFlight: 4 };

let folder = '';
let engine: EngineProcess;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-'));
  engine = await EngineProcess.start({
    folder,
    flags: [
      ...['--workers', '2', '--token', TOKEN, '--limits-frame-bytes', String(LIMITS.maxFrameBytes)],
      ...['--limits-points-per-batch', String(LIMITS.maxPointsPerBatch)],
      ...['--limits-in-flight', String(LIMITS.maxInFlight)],
    ],
  });
});

after(async () => {
  await engine.stop();
  rmSync(folder, { recursive: true });
});

type Answer = unknown[] | number;

/** A connection that notes what comes; a number stands for the code that it was closed with. */
class Connection {
  readonly answers: Answer[] = [];
  readonly #socket: WebSocket;
  #wake = (): void => {};

  constructor() {
    this.#socket = new WebSocket(`ws://127.0.0.1:${engine.port}/ws/ingest`);
    this.#socket.on('message', (bytes: Buffer) => this.#came(decode(bytes) as unknown[]));
    this.#socket.on('close', (code) => this.#came(code));
    this.#socket.on('error', () => undefined);
  }

  async send(frame: unknown): Promise<void> {
    const { readyState, CONNECTING } = this.#socket;
    if (readyState === CONNECTING) await new Promise((resolve) => this.#socket.once('open', resolve));
    const isAsItIs = frame instanceof Uint8Array || typeof frame === 'string';
    this.#socket.send(isAsItIs ? frame : encode(frame));
  }

  /** Waits for as many answers, for at most five seconds. */
  async until(count: number): Promise<Answer[]> {
    const deadline = performance.now() + 5_000;
    while (this.answers.length < count && performance.now() < deadline) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        setTimeout(resolve, 50);
      });
    }
    return this.answers;
  }

  close(): void {
    this.#socket.terminate();
  }

  #came(answer: Answer): void {
    this.answers.push(answer);
    this.#wake();
  }
}

async function greeted(more: object = {}): Promise<Connection> {
  const connection = new Connection();
  await connection.send([0, { v: 1, token: TOKEN, ...more }]);
  const [welcome] = await connection.until(1);
  assert.equal((welcome as unknown[])[0], 64, JSON.stringify(welcome));
  connection.answers.length = 0;
  return connection;
}

const bytes = (hex: string): Uint8Array => Buffer.from(hex.replaceAll(' ', ''), 'hex');
const refs = (...numbers: number[]): Uint8Array => new Uint8Array(Uint32Array.from(numbers).buffer);
const offsets = (...ms: number[]): Uint8Array => new Uint8Array(Int32Array.from(ms).buffer);
const values = (...numbers: number[]): Uint8Array => new Uint8Array(Float64Array.from(numbers).buffer);
const SERIES = [1, [[7, 'cpu', { host: 'a' }]]];

test('HELLO is answered with WELCOME and its limits, and a token is asked for', async () => {
  const check = async (first: unknown, ...wanted: (Answer | RegExp)[]): Promise<void> => {
    const connection = new Connection();
    await connection.send(first);
    const answers = await connection.until(wanted.length);
    wanted.forEach((each, at) => {
      if (each instanceof RegExp) assert.match(JSON.stringify(answers[at]), each);
      else assert.deepEqual(answers[at], each);
    });
    connection.close();
  };
  const welcome = (limits: object) =>
    new RegExp(`^\\[64,{"v":1,"server":"[^"]+",${JSON.stringify(limits).slice(1, -1)},"lastSeq":0}\\]$`);
  await check([0, { v: 1, token: TOKEN }], welcome(LIMITS));
  await check([0, { v: 1, token: TOKEN, producer: 'p', later: { a: [1] } }, 9, 'later'], welcome(LIMITS));
  // The limits of a history are 10,000 points and 8 batches, where the engine's own aren't smaller.
  await check([0, { v: 1, token: TOKEN, backfill: true }], welcome(LIMITS));
  await check([0, { v: 1 }], /^\[67,4401,"a token is needed/, 4401);
  await check([0, { v: 1, token: 'guess' }], /^\[67,4401,"the token is not known/, 4401);
  await check(SERIES, /^\[67,4401,"a token is needed/, 4401);
  await check([0, { v: 2, token: TOKEN }], /^\[67,4400,"expected v 1, got 2/);
  await check([0], /^\[67,4400,"expected HELLO with at least 2 elements, got 1/);
  await check([0, { v: 1, token: 7 }], /^\[67,4400,"expected token as a string, got an integer/);
  await check([0, { v: 1, producer: '' }], /^\[67,4400,"expected producer of 1 to 256 bytes, got 0/);
  await check([0, { v: 1, ack: 'soon' }], /^\[67,4400,"expected ack as /);
});

test('each frame is answered as the text says', async () => {
  const check = async (frames: unknown[], ...wanted: (Answer | RegExp)[]): Promise<void> => {
    const connection = await greeted();
    for (const frame of frames) await connection.send(frame);
    const answers = await connection.until(wanted.length);
    const shown = JSON.stringify(answers);
    assert.equal(answers.length, wanted.length, shown);
    wanted.forEach((each, at) => {
      if (each instanceof RegExp) assert.match(JSON.stringify(answers[at]), each);
      else assert.deepEqual(answers[at], each, shown);
    });
    connection.close();
  };
  const point = ['cpu', 1];
  const ack = (accepted: number, ...rejected: unknown[]): Answer => [65, 1, accepted, rejected];

  // The easy form.
  await check([[3, 1, [point, ['cpu', 1.5, NOW], ['cpu', -1, null, { k: 'v' }]]]], ack(3));
  await check([[3, 1, [['cpu', 1, new Date(NOW).toISOString()]]]], ack(1));
  await check(
    [
      [
        3,
        1,
        [
          { value: 1, more: [{}], name: 'cpu' },
          { name: 'cpu', value: 1, timestamp: NOW, labels: {} },
        ],
      ],
    ],
    ack(2),
  );
  await check([[3, 1, []]], ack(0));
  const rejects: [row: unknown, reason: string][] = [
    ['no row', 'invalid_name'],
    [{}, 'invalid_name'],
    [['', 1], 'invalid_name'],
    [['n'.repeat(257), 1], 'invalid_name'],
    [['tab\t', 1], 'invalid_name'],
    [['del\x7f', 1], 'invalid_name'],
    [['nel\x85', 1], 'invalid_name'],
    [['cpu'], 'invalid_value'],
    [['cpu', '1'], 'invalid_value'],
    [['cpu', Number.NaN], 'invalid_value'],
    [['cpu', Number.POSITIVE_INFINITY], 'invalid_value'],
    [['cpu', 1, 'yesterday'], 'invalid_time'],
    [['cpu', 1, '2024-01-01T00:00:00'], 'invalid_time'],
    [['cpu', 1, true], 'invalid_time'],
    [['cpu', 1, 8.65e15], 'invalid_time'],
    [['cpu', 1, NOW - 31 * DAY], 'too_old'],
    [['cpu', 1, Date.now() + 660_000], 'too_far_ahead'],
    [['cpu', 1, NOW, []], 'invalid_label'],
    [['cpu', 1, NOW, { k: 1 }], 'invalid_label'],
    [['cpu', 1, NOW, { '': 'v' }], 'invalid_label'],
    [['cpu', 1, NOW, { ['k'.repeat(129)]: 'v' }], 'label_too_long'],
    [['cpu', 1, NOW, { k: 'v'.repeat(1025) }], 'label_too_long'],
    [
      ['cpu', 1, NOW, Object.fromEntries(Array.from({ length: 33 }, (_, i) => [`l${i}`, 'v']))],
      'too_many_labels',
    ],
  ];
  for (const [row, reason] of rejects) await check([[3, 1, [point, row]]], ack(1, [reason, 1, 1]));
  const widest = Object.fromEntries(Array.from({ length: 32 }, (_, i) => [`l${i}`, 'v']));
  await check(
    [
      [
        3,
        1,
        [
          ['n'.repeat(256), 1, NOW - 29 * DAY, widest],
          ['cpu', 1, NOW, { ['k'.repeat(128)]: 'v'.repeat(1024), no: '' }],
        ],
      ],
    ],
    ack(2),
  );

  // Columns.
  await check([SERIES, [2, 1, NOW, refs(7, 7), offsets(-5, 5), values(1, 2)]], ack(2));
  await check([SERIES, [2, 1, NOW + 0.25, refs(7), null, values(1)]], ack(1));
  await check(
    [SERIES, [2, 1, NOW, refs(7, 8, 9), null, values(1, 2, Number.NaN)]],
    ack(1, ['unknown_ref', 2, 1]),
  );
  await check(
    [
      [
        1,
        [
          [1, '', {}],
          [2, 'cpu', 5],
          [3, 'cpu'],
        ],
      ],
      [2, 1, NOW, refs(3, 2, 1), null, values(1, 2, 3)],
    ],
    [
      65,
      1,
      1,
      [
        ['invalid_name', 1, 2],
        ['invalid_label', 1, 1],
      ],
    ],
  );
  await check(
    [SERIES, [2, 1, NOW, refs(7, 7), null, values(1)]],
    /^\[67,4400,"expected columns of 4, 4 and 8 bytes/,
  );
  await check([SERIES, [2, 1, '2024', refs(7), null, values(1)]], /^\[67,4400,"expected baseMs as a number/);
  await check([SERIES, [2, 1, NOW, [7], null, values(1)]], /^\[67,4400,"expected refs as bin, got an array/);
  await check([[1, [[-1, 'cpu', {}]]]], /^\[67,4400,"expected ref as an integer from 0 to 4294967295/);
  await check([[1, [[2 ** 32, 'cpu', {}]]]], /^\[67,4400,"expected ref as an integer/);

  // Numbers of batches.
  await check([[3, 2, [point]]], [67, 4400, 'expected seq 1, got 2', 2]);
  await check([[3, 0, [point]]], /^\[67,4400,"expected seq as an integer from 1/);
  await check([[3, '1', [point]]], /^\[67,4400,"expected seq as an unsigned integer, got a string/);
  await check([[3, 1, Array.from({ length: 1_001 }, () => point)]], /^\[67,4400,"expected at most 1000 rows/);

  // What is no frame.
  await check(
    [[4]],
    /^\[67,4400,"expected HELLO \(0\), SERIES \(1\), COLUMNS \(2\) or ROWS \(3\), got opcode 4/,
  );
  await check([[64, {}]], /^\[67,4400,.*got WELCOME/);
  await check([bytes('')], /^\[67,1007,/, 1007);
  await check([bytes('c1')], /^\[67,1007,/, 1007);
  await check([{}], /^\[67,1007,/, 1007);
  await check([['0']], /^\[67,1007,.*got bytes that begin with 91 a1 30"/, 1007);
  await check([bytes('93 03')], /^\[67,1007,.*the end of the frame/, 1007);
  await check([bytes('93 03 01 90 00')], /^\[67,1007,"expected the end of the frame/, 1007);
  await check(['text'], /^\[67,1007,"expected a binary message/, 1007);
  await check([new Uint8Array(LIMITS.maxFrameBytes + 1).fill(0xc0)], /^\[67,1009,/, 1009);
  // Whatever the frame, the next one counts, unless it closed the connection.
  await check([[4], [3, 1, [point]]], /^\[67,4400/, ack(1));
});

test('a named producer goes on behind lastSeq, sends again without counting twice, and takes over', async () => {
  const hello = (): unknown => [0, { v: 1, token: TOKEN, producer: 'outside' }];
  const lastSeq = (answer: Answer | undefined): unknown =>
    ((answer as unknown[])[1] as { lastSeq: number }).lastSeq;
  const first = new Connection();
  await first.send(hello());
  await first.send([3, 1, [['once', 1]]]);
  await first.send([3, 2, [['once', 2]]]);
  const acked = async (connection: Connection, seq: number): Promise<void> => {
    for (let count = 1; (connection.answers.at(-1) as unknown[] | undefined)?.[1] !== seq; count++)
      await connection.until(count);
  };
  await acked(first, 2);
  const second = new Connection();
  await second.send(hello());
  assert.equal(lastSeq((await second.until(1))[0]), 2);
  await first.until(first.answers.length + 1);
  assert.equal(first.answers.at(-1), 4409);
  for (const seq of [1, 2, 3]) await second.send([3, seq, [['once', seq]]]);
  await acked(second, 3);
  second.close();
  const third = new Connection();
  await third.send(hello());
  assert.equal(lastSeq((await third.until(1))[0]), 3);
  third.close();
  const { count } = await engine.json<{ count: number }>('/api/v1/stats/once?start=5m');
  assert.equal(count, 3);
});

test('more batches than may be in flight are BUSY, and come in when they are sent again from there', async () => {
  const connection = await greeted();
  const last = 40;
  const sendFrom = async (seq: number): Promise<void> => {
    for (let at = seq; at <= last; at++) await connection.send([3, at, [['flight', at]]]);
  };
  await sendFrom(1);
  let accepted = 0;
  let busy = 0;
  for (let seen = 0, settled = 0; settled < last; seen++) {
    const [op, seq, number, reason] = (await connection.until(seen + 1))[seen] as [
      number,
      number,
      number,
      unknown,
    ];
    if (op === 65) {
      settled = seq;
      accepted += number;
      continue;
    }
    assert.deepEqual([op, reason, number > 0], [66, 'in_flight_limit', true]);
    busy++;
    await new Promise((resolve) => setTimeout(resolve, number));
    await sendFrom(seq);
  }
  connection.close();
  assert.equal(accepted, last);
  assert.ok(busy > 0);
});
