import { ColumnsView } from '../../protocol/frames/columns.js';
import { HelloView } from '../../protocol/frames/hello.js';
import { RowsReader } from '../../protocol/frames/rows.js';
import { SeriesReader } from '../../protocol/frames/series.js';
import type { WireLimits } from '../../protocol/limits.js';
import { CursorWriter } from '../../protocol/msgpack/cursor-writer.js';
import type { BatchIntake } from './batch-intake.js';
import type { IngestConnection } from './connection.js';
import type { IngestCounters } from './ingest-counters.js';
import type { ProducerDirectory } from './producer-directory.js';
import type { ShardLinks } from './shard-links.js';

/** The socket below a connection. `send` copies. */
export interface ConnectionSocket {
  send(frame: Uint8Array): void;
  close(code: number, reason: string): void;
}

/** What all connections share; one a process. */
export interface ConnectionContext {
  readonly server: string;
  readonly limits: WireLimits;
  /** Tokens that open the door; undefined: it is open. */
  readonly tokens: ReadonlySet<string> | undefined;
  readonly links: ShardLinks;
  readonly intake: BatchIntake;
  readonly producers: ProducerDirectory;
  readonly counters: IngestCounters;
  /** Decoders and the writer are shared: a frame is handled from begin to end before the next. */
  readonly columns: ColumnsView;
  readonly rows: RowsReader;
  readonly series: SeriesReader;
  readonly hello: HelloView;
  readonly writer: CursorWriter;
  /** Told when a connection has batches to settle, so that progress looks at it. */
  onWaiting(connection: IngestConnection): void;
}

/** Makes the shared parts of a context that follow from its limits. */
export function frameDecoders(
  limits: WireLimits,
): Pick<ConnectionContext, 'columns' | 'rows' | 'series' | 'hello' | 'writer'> {
  return {
    columns: new ColumnsView(limits.pointsPerBatchMax),
    rows: new RowsReader(limits),
    series: new SeriesReader(limits),
    hello: new HelloView(),
    writer: new CursorWriter(),
  };
}
