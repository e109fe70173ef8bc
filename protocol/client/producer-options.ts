import { columnsFrameBytes } from '../frames/columns-layout.js';
import type { AckLevel } from '../frames/hello.js';
import { defaultWireLimits, producerBytesMax, tokenBytesMax } from '../limits.js';
import { utf8ByteLength } from '../utf8.js';
import { ProducerError } from './producer-error.js';

/** What becomes of points that don't fit into the buffer. */
export type WhenFull =
  /** They aren't taken: `add` answers false, and `ready()` says when to give them again. */
  | 'block'
  /** The oldest batch that was never sent goes. */
  | 'drop-oldest'
  /** They go. */
  | 'drop-newest'
  /** `add` throws MR_CLIENT_BUFFER_FULL. */
  | 'error';

/** `connecting`, then `live` or, while the engine is full, `busy`; `waiting` between two tries; `failed` and `closed` are final. */
export type ProducerState = 'connecting' | 'live' | 'busy' | 'waiting' | 'failed' | 'closed';

/** Batches that an ACK settled. */
export interface AckEvent {
  readonly seq: number;
  readonly accepted: number;
  readonly rejected: number;
  /** Batches of this producer that it settled. */
  readonly batches: number;
}

/** Points that were not taken, for one reason. */
export interface RejectEvent {
  readonly reason: string;
  readonly count: number;
  /** Place of the first of them in its batch. */
  readonly firstIndex: number;
  /** The ACK that told; 0: the producer itself saw it, before sending. */
  readonly seq: number;
  /** Place of the first of them among all points that the producer took, from 0; -1: it took none. */
  readonly pointIndex: number;
}

/** How a producer ended: whether everything it had taken is settled, and how many points are not. */
export interface CloseResult {
  readonly settled: boolean;
  readonly pointsLost: number;
}

/** Times of `addColumns`: the base in ms since the epoch and, where points differ, each one's distance from it. */
export interface ColumnTimes {
  readonly baseMs: number;
  readonly dt?: Int32Array;
}

export interface ProducerOptions {
  /** `ws://host:8000/ws/ingest`; `wss:` where the engine stands behind TLS. */
  readonly url: string;
  /**
   * The name under which the engine remembers which batches it has, so that each is applied exactly once.
   * Without it a random one, which is enough for as long as this process lives. `false`: none, so a batch in
   * flight when a connection breaks may be applied twice.
   */
  readonly producer?: string | false;
  readonly token?: string;
  /** When a batch counts as settled. Default: durable. */
  readonly ack?: AckLevel;
  /**
   * The points are a history, carried over from elsewhere: those older than raw points are kept are taken too, as far
   * back as any tier keeps them. Default false: they are rejected as too_old.
   */
  readonly backfill?: boolean;
  /** Told to the engine, for its operators. */
  readonly client?: string;
  /** Longest time a point waits for others of its batch. Default 50 ms. */
  readonly flushIntervalMs?: number;
  /** Points at which a batch of `add` and `record` is sent without waiting. Default 10,000. */
  readonly maxBatchPoints?: number;
  /** Bytes of points that aren't settled, sent or not. At least four full batches. Default 64 MiB. */
  readonly maxBufferedBytes?: number;
  /** Series that `series` and `record` may make. Default 1,000,000. */
  readonly maxSeries?: number;
  /** Default: block. */
  readonly whenFull?: WhenFull;
  /** Bounds of the random wait before connecting again. Default 100 ms and 10 s. */
  readonly backoffMinMs?: number;
  readonly backoffMaxMs?: number;
  /** Longest wait for WELCOME. Default 10 s. */
  readonly connectTimeoutMs?: number;
  /** Longest silence of the engine while batches are in flight, before the connection is taken for dead. Default 30 s. */
  readonly ackTimeoutMs?: number;
  readonly onAck?: (event: AckEvent) => void;
  readonly onReject?: (event: RejectEvent) => void;
  /** Failures that the producer goes on after, and the final one. */
  readonly onError?: (error: ProducerError) => void;
  readonly onState?: (state: ProducerState) => void;
}

/** The options with every default in place. */
export interface ProducerSettings {
  readonly url: string;
  /** Empty: none. */
  readonly producer: string;
  readonly token: string | undefined;
  readonly ack: AckLevel | undefined;
  readonly client: string | undefined;
  /** By this the engine tells a connection that was given up from another process of the same name. */
  readonly instance: string | undefined;
  readonly backfill: true | undefined;
  readonly flushIntervalMs: number;
  readonly maxBatchPoints: number;
  readonly maxBufferedBytes: number;
  readonly maxSeries: number;
  readonly whenFull: WhenFull;
  readonly backoffMinMs: number;
  readonly backoffMaxMs: number;
  readonly connectTimeoutMs: number;
  readonly ackTimeoutMs: number;
}

/**
 * One batch may take at most this part of the buffer and batches in flight two of them, so that a full buffer
 * always holds a batch that was never sent, which "drop-oldest" can drop.
 */
export const bufferBatches = 4;

/** Fills in the defaults and checks; `random` makes the producer's name where none is given. */
export function settle(options: ProducerOptions, random: () => number): ProducerSettings {
  const isNamed = options.producer !== false;
  const settings: ProducerSettings = {
    url: options.url,
    producer: isNamed ? (options.producer ?? randomName(random)) : '',
    token: options.token,
    ack: options.ack,
    client: options.client,
    instance: isNamed ? randomName(random) : undefined,
    backfill: options.backfill === true ? true : undefined,
    flushIntervalMs: wanted('flushIntervalMs', options.flushIntervalMs ?? 50, 0, 3_600_000),
    maxBatchPoints: wanted(
      'maxBatchPoints',
      options.maxBatchPoints ?? 10_000,
      1,
      defaultWireLimits.pointsPerBatchMax,
    ),
    maxBufferedBytes: wanted('maxBufferedBytes', options.maxBufferedBytes ?? 64 * 1024 * 1024, 1, 2 ** 40),
    maxSeries: wanted('maxSeries', options.maxSeries ?? 1_000_000, 1, 2 ** 32),
    whenFull: options.whenFull ?? 'block',
    backoffMinMs: wanted('backoffMinMs', options.backoffMinMs ?? 100, 1, 3_600_000),
    backoffMaxMs: wanted('backoffMaxMs', options.backoffMaxMs ?? 10_000, 1, 3_600_000),
    connectTimeoutMs: wanted('connectTimeoutMs', options.connectTimeoutMs ?? 10_000, 1, 3_600_000),
    ackTimeoutMs: wanted('ackTimeoutMs', options.ackTimeoutMs ?? 30_000, 1, 3_600_000),
  };
  checkTexts(settings, options);
  const bytes = bufferBatches * columnsFrameBytes(settings.maxBatchPoints, true);
  if (settings.maxBufferedBytes < bytes) {
    throw new ProducerError(
      'MR_CLIENT_OPTION',
      `maxBufferedBytes must hold ${bufferBatches} batches of maxBatchPoints, which is ${bytes} bytes, got ${settings.maxBufferedBytes}`,
    );
  }
  return settings;
}

function checkTexts(settings: ProducerSettings, options: ProducerOptions): void {
  const bytes = utf8ByteLength(settings.producer);
  if (options.producer !== false && (bytes < 1 || bytes > producerBytesMax)) {
    throw new ProducerError(
      'MR_CLIENT_OPTION',
      `producer must be of 1 to ${producerBytesMax} bytes, got ${bytes}`,
    );
  }
  if (utf8ByteLength(settings.token ?? '') > tokenBytesMax) {
    throw new ProducerError('MR_CLIENT_OPTION', `token must be of at most ${tokenBytesMax} bytes`);
  }
  if (!['block', 'drop-oldest', 'drop-newest', 'error'].includes(settings.whenFull)) {
    throw new ProducerError(
      'MR_CLIENT_OPTION',
      `whenFull must be "block", "drop-oldest", "drop-newest" or "error", got ${String(settings.whenFull)}`,
    );
  }
}

function wanted(name: string, value: number, min: number, max: number): number {
  // The negation is for NaN.
  if (!(value >= min && value <= max)) {
    throw new ProducerError('MR_CLIENT_OPTION', `${name} must be from ${min} to ${max}, got ${value}`);
  }
  return value;
}

/** 20 letters and digits, about 103 bits: no two processes in the world get the same. */
function randomName(random: () => number): string {
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
  let name = '';
  for (let i = 0; i < 20; i++) name += letters[Math.floor(random() * letters.length)];
  return name;
}
