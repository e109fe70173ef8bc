import type { MessagePort } from 'node:worker_threads';
import type { ErrorCode } from '../errors.js';
import type { ManifestFields } from '../store/manifest.js';

/** What the thread that takes a snapshot is started with. */
export interface SnapshotTask {
  shardPaths: readonly string[];
  /** Of each shard, for CutGate. */
  gates: readonly SharedArrayBuffer[];
  /** About what the shards' stores hold, bytes. */
  usedBytes: number;
  manifest: ManifestFields;
  /** The folder to be made. */
  to: string;
  port: MessagePort;
}

/** Why there is no snapshot. As data, because an error loses its class and its code on its way between threads. */
export interface SnapshotFailure {
  code: ErrorCode;
  detail: string;
}

/** What the socket thread says to it, in this order: `cut` as often as it takes, then `copy`; `abort` at any time. */
export type SnapshotOrder = { kind: 'cut'; ticket: number } | { kind: 'copy' } | { kind: 'abort' };
