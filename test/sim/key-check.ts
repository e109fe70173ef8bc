import type { ShardMap } from '../../native-free-core/series/refs.js';
import {
  PREFIX_SHARD,
  SEGMENT_KEY_BYTES,
  SHARD_INTENT,
  SHARD_LOG,
  SHARD_PRODUCER,
  SHARD_RECORD,
  TABLE_FRESH,
  TABLE_GROUP,
  TABLE_SERIES,
  TABLE_SPAN,
  TABLE_TIER,
  TABLE_WINDOW,
} from '../../src/store/store-layout.js';
import { TIER_TABLES } from '../../src/store/tier-tables.js';
import { law } from './sim-failure.js';

/** Bytes of the keys of each table, as store-layout.ts says. Nothing is damaged here, so DAMAGE has no keys. */
const GROUP_TABLES = new Map<number, number>([
  [TABLE_SERIES, 6],
  [TABLE_SPAN, 6],
  [TABLE_GROUP, 2],
  [TABLE_WINDOW, 6],
  [TABLE_TIER, 3],
  [TABLE_FRESH, SEGMENT_KEY_BYTES],
  ...TIER_TABLES.map(({ table }) => [table, SEGMENT_KEY_BYTES] as const),
]);
const SHARD_TABLES = new Map([
  [SHARD_RECORD, 2],
  [SHARD_PRODUCER, 6],
  [SHARD_INTENT, 6],
  [SHARD_LOG, 12],
]);

/** A key belongs to a table that exists, has its length, and its group belongs to the shard. */
export function checkKey(key: Uint8Array, shard: number, map: ShardMap): void {
  const [prefix, table] = [key[0]!, key[1]!];
  const tables = prefix === PREFIX_SHARD ? SHARD_TABLES : GROUP_TABLES;
  const text = `key ${Buffer.from(key).toString('hex')} of shard ${shard}`;
  law(tables.get(table) === key.length, `${text} belongs to no table`);
  const first = map.firstGroup(shard);
  const isOwn = prefix === PREFIX_SHARD || (prefix >= first && prefix < first + map.groupCount(shard));
  law(isOwn, `${text} belongs to another shard`);
}
