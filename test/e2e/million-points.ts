import { EngineProcess } from '../../bench/macro/engine-process.js';
import { createProducer } from '../../src/client/node.js';
import type { OperatorStats } from '../../src/operator/operator-report.js';

const SERIES = 10_000;
const ROUNDS = 100;

/** An engine with one query thread and so many points of the metric m, one a second of each series, which take that thread a while. */
export class MillionPoints {
  static readonly count = SERIES * ROUNDS;
  readonly engine: EngineProcess;
  /** What is behind the last of them. */
  readonly endMs: number;

  private constructor(engine: EngineProcess, endMs: number) {
    this.engine = engine;
    this.endMs = endMs;
  }

  static async start(): Promise<MillionPoints> {
    const engine = await EngineProcess.start({ flags: ['--query-threads', '1'] });
    const url = `${engine.url.replace('http', 'ws')}/ws/ingest`;
    const producer = createProducer({ url, producer: 'load' });
    const refs = Uint32Array.from({ length: SERIES }, (_, i) => producer.series('m', { host: `h${i}` }));
    const values = Float64Array.from(refs, (ref) => ref);
    const startMs = Date.now() - 3_000_000;
    for (let round = 0; round < ROUNDS; round++) {
      while (!producer.addColumns(refs, values, { baseMs: startMs + round * 1_000 })) await producer.ready();
    }
    await producer.flush();
    await producer.close();
    return new MillionPoints(engine, startMs + ROUNDS * 1_000);
  }

  async queries(): Promise<OperatorStats['queries']> {
    return (await this.engine.json<OperatorStats>('/api/v1/operator/stats')).queries;
  }

  /** Asks for all points, up to now; those with other numbers are other queries. */
  path(number: number): string {
    return `/api/v1/stats/m?source=metrics&percentiles=${number}`;
  }

  async end(): Promise<void> {
    await this.engine.stop('SIGKILL');
    this.engine.removeFolder();
  }
}
