import type { MessagePort } from 'node:worker_threads';
import type { RetentionSpec } from '../../native-free-core/retention/retention-policy.js';
import type { ErrorCode } from '../errors.js';
import type { StoreFinding } from '../store/findings.js';
import type { CommandAnswer } from './commands/shard-command.js';
import type { RecoveredShard } from './recovery.js';
import type { ShardMemory } from './shard-memory.js';
import type { ShardBounds } from './shard-options.js';

/** What a shard's worker is started with. */
export interface ShardTask {
  shard: number;
  shardCount: number;
  /** Folder of the shard's LMDB environment. */
  path: string;
  session: number;
  memory: ShardMemory;
  /** What the shards are about to write (store/space-claim.ts). */
  space: SharedArrayBuffer;
  bounds: ShardBounds;
  retention: RetentionSpec;
  /** By tier, bytes of the whole folder. */
  tierBytesMax: readonly number[];
  /** The first command that is this worker's own. */
  commandsFromId: number;
  port: MessagePort;
}

/** Why a shard ended that could not store or read: a thread's error would come without its code. */
export interface ShardFailure {
  code: ErrorCode;
  detail: string;
}

/** What a worker says to the socket thread. */
export type ShardMessage =
  | { kind: 'ready'; recovered: RecoveredShard }
  /** Something became durable: look at the ring's positions. */
  | { kind: 'progress' }
  /** The store takes nothing; it is tried again and again. */
  | { kind: 'stuck'; detail: string }
  /** The store takes again. */
  | { kind: 'unstuck' }
  /** Background work met something in the store that is not as it should be. */
  | { kind: 'finding'; finding: StoreFinding }
  | { kind: 'answer'; answer: CommandAnswer };
