import { z } from 'zod';
import { ENTRY_POINTS_MAX, SHARD_COUNT_MAX } from '../../native-free-core/limits.js';
import { LOG_LEVELS } from '../log.js';
import { formatDuration } from '../time/duration.js';
import { DEFAULTS } from './defaults.js';
import { keyInfos } from './key-info.js';
import { booleanFrom, bytesFrom, durationFrom, formatBytes, listFrom, numberFrom } from './quantities.js';
import { retentionBytesKeys, retentionKeys } from './retention-keys.js';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;
/** A scheme and a host, as browsers send it, for their extensions too; `null` is what they send for a file. */
const ORIGIN = /^(\*|null|[a-z][\w+.-]*:\/\/[^/\s*?#@]+)$/i;
const DAY_MS = 86_400_000;

interface Bounds {
  min: number;
  max: number;
  default: number;
}

const whole = (description: string, bounds: Bounds) =>
  z
    .preprocess(numberFrom, z.int().min(bounds.min).max(bounds.max))
    .default(bounds.default)
    .register(keyInfos, {
      description,
      wanted: `a whole number from ${bounds.min} to ${bounds.max}`,
      defaultText: String(bounds.default),
      placeholder: '<n>',
    });

const bytes = (description: string, bounds: Bounds) =>
  z
    .preprocess(bytesFrom, z.int().min(bounds.min).max(bounds.max))
    .default(bounds.default)
    .register(keyInfos, {
      description,
      wanted: `bytes, such as 64MiB, from ${formatBytes(bounds.min)} to ${formatBytes(bounds.max)}`,
      defaultText: formatBytes(bounds.default).replace(' ', ''),
      placeholder: '<bytes>',
    });

const duration = (description: string, bounds: Bounds) =>
  z
    .preprocess(durationFrom, z.int().min(bounds.min).max(bounds.max))
    .default(bounds.default)
    .register(keyInfos, {
      description,
      wanted: `a duration, such as 90s, 15m or 30d, or milliseconds, from ${formatDuration(bounds.min)} to ${formatDuration(bounds.max)}`,
      defaultText: formatDuration(bounds.default),
      placeholder: '<duration>',
    });

const text = (description: string, wanted: string, fallback: string) =>
  z.string().min(1).default(fallback).register(keyInfos, {
    description,
    wanted,
    defaultText: fallback,
    placeholder: '<text>',
  });

const tokens = (description: string) =>
  z
    .preprocess(listFrom, z.array(z.string().min(1).max(4096)).max(1000))
    .default([])
    .register(keyInfos, {
      description,
      wanted: 'a token, or a list of at most 1000',
      defaultText: 'none',
      placeholder: '<token>',
      isList: true,
      isSecret: true,
    });

/**
 * The configuration: every key, its range and its default, once. Flags, environment variables, --help, error
 * messages and docs/configuration.md are made from it (keys.ts).
 */
export const configSchema = z.strictObject({
  port: whole('TCP port of HTTP and WebSocket; 0 takes any free one and says which.', {
    min: 0,
    max: 65_535,
    default: DEFAULTS.port,
  }),
  host: text(
    'Address to listen on. 0.0.0.0 serves every interface; set a token then.',
    'an address or name of this machine',
    DEFAULTS.host,
  ),
  data: text(
    'Folder that holds everything the engine knows; made when it is missing.',
    'the path of a folder',
    DEFAULTS.data,
  ),
  workers: z
    .preprocess(numberFrom, z.int().min(1).max(SHARD_COUNT_MAX))
    .optional()
    .register(keyInfos, {
      description:
        'Shard threads that store points. A folder that was made with another number is changed to this one at the start.',
      wanted: `a whole number from 1 to ${SHARD_COUNT_MAX}`,
      defaultText: "the folder's own; for a new one cores - 1, 1 to 4",
      placeholder: '<n>',
    }),
  snapshotDir: z.string().min(1).optional().register(keyInfos, {
    description: 'Folder in which snapshots are made by name; best on another disk than the data.',
    wanted: 'the path of a folder',
    defaultText: '`snapshots` in the data folder',
    placeholder: '<text>',
  }),
  queryThreads: whole('Threads that answer queries; with two or more, one is for light ones.', {
    min: 1,
    max: 64,
    default: DEFAULTS.queryThreads,
  }),
  rehearsal: z
    .preprocess(booleanFrom, z.boolean())
    .default(DEFAULTS.rehearsal)
    .register(keyInfos, {
      description:
        'Whether the engine asks itself, behind a start and while nobody needs it, what dashboards ask, so that the first users find compiled code. It listens on a port of the loopback interface meanwhile, which answers nobody else.',
      wanted: 'true or false',
      defaultText: String(DEFAULTS.rehearsal),
      placeholder: '<true|false>',
    }),
  logLevel: z
    .enum(LOG_LEVELS)
    .default(DEFAULTS.logLevel)
    .register(keyInfos, {
      description: 'How much is logged, as JSON lines on standard error.',
      wanted: `one of ${LOG_LEVELS.join(', ')}`,
      defaultText: DEFAULTS.logLevel,
      placeholder: '<level>',
    }),
  token: tokens('Token that lets a client send points; several may be given. Without any, everybody may.'),
  adminToken: tokens(
    'Token for calls that change what is stored or copy it (delete, sweep, trigger, snapshot); it may send points too. Where a token of either kind is set, these calls need this one.',
  ),
  allowedOrigins: z
    .preprocess(listFrom, z.array(z.string().regex(ORIGIN)).max(1000))
    .default([])
    .register(keyInfos, {
      description:
        "Origins of pages on other hosts that may use this API in somebody's browser: HTTP, event streams and live WebSockets. `*` allows all.",
      wanted: 'an origin, such as https://app.example.com, or *, or a list of at most 1000',
      defaultText: 'none: only pages of the same host',
      placeholder: '<origin>',
      isList: true,
    }),
  ringBytes: bytes('Memory between the sockets and each shard. When it is full, senders are told to wait.', {
    min: MIB,
    max: GIB,
    default: DEFAULTS.ringBytes,
  }),
  logBytesMax: bytes('Log of each shard that is not yet in blocks. Bounds the replay after a crash.', {
    min: 16 * MIB,
    max: 64 * GIB,
    default: DEFAULTS.logBytesMax,
  }),
  limits: z
    .strictObject({
      seriesTotal: whole('Series in all; points of further ones are rejected as total_series_limit.', {
        min: 1,
        max: 16_000_000,
        default: DEFAULTS.seriesTotal,
      }),
      seriesPerMetric: whole(
        'Series of one metric; points of further ones are rejected as metric_series_limit.',
        {
          min: 1,
          max: 16_000_000,
          default: DEFAULTS.seriesPerMetric,
        },
      ),
      frameBytes: bytes('One WebSocket frame.', { min: 64 * 1024, max: GIB, default: DEFAULTS.frameBytes }),
      bodyBytes: bytes('One HTTP body, also after decoding; NDJSON streams have no limit.', {
        min: 64 * 1024,
        max: GIB,
        default: DEFAULTS.bodyBytes,
      }),
      pointsPerBatch: whole('Points of one batch.', {
        min: 1,
        max: ENTRY_POINTS_MAX,
        default: DEFAULTS.pointsPerBatch,
      }),
      inFlight: whole('Batches of one connection that are not acknowledged yet.', {
        min: 1,
        max: 10_000,
        default: DEFAULTS.inFlight,
      }),
      clockSkewMs: duration(
        "How far a point may lie ahead of this machine's clock; further ones are rejected as too_far_ahead.",
        {
          min: 0,
          max: 365 * DAY_MS,
          default: DEFAULTS.clockSkewMs,
        },
      ),
      queryPoints: whole('Points, or cells of rollups, that one query may decode; a larger one is refused.', {
        min: 1_000,
        max: 100_000_000_000,
        default: DEFAULTS.queryPoints,
      }),
      querySeries: whole('Series that one query may select.', {
        min: 1,
        max: 16_000_000,
        default: DEFAULTS.querySeries,
      }),
      queryRows: whole('Rows of one answer: windows times groups.', {
        min: 100,
        max: 10_000_000,
        default: DEFAULTS.queryRows,
      }),
      answerCacheBytes: bytes(
        'Answers about the past that are kept, to be given again while it stays as it is; 0 keeps none.',
        {
          min: 0,
          max: 4 * GIB,
          default: DEFAULTS.answerCacheBytes,
        },
      ),
      queryTimeoutMs: duration('How long a query may take.', {
        min: 100,
        max: 3_600_000,
        default: DEFAULTS.queryTimeoutMs,
      }),
    })
    .prefault({}),
  retention: retentionKeys,
  retentionBytes: retentionBytesKeys,
});

/** The checked configuration. Durations are in ms, sizes in bytes. */
export type Config = z.output<typeof configSchema>;
