import { createProducer, type Producer } from '../../src/client/node.js';

/** Lines that a chart has at most: a metric of more hosts has them in as many parts. */
export const LINES_MAX = 20;

/** A metric of the bench: a series a host, a point each so many ms, up to now. */
export interface Metric {
  name: string;
  hosts: number;
  ticks: number;
  everyMs: number;
}

/** Points of one batch. */
const BATCH = 10_000;
/** Between two readings of each live series. */
const LIVE_EVERY_MS = 100;

const readingOf = (host: number, tick: number): number =>
  50 + 20 * Math.sin(tick / 60 + host) + ((tick * 31) % 7);

function refsOf(producer: Producer, { name, hosts }: Metric): Uint32Array {
  return Uint32Array.from({ length: hosts }, (_, i) =>
    producer.series(name, { host: `host-${i}`, part: `part-${i % LINES_MAX}` }),
  );
}

/** Sends a metric's points; the newest are those of `endMs`. */
export async function load(url: string, metric: Metric, endMs: number): Promise<void> {
  const producer = createProducer({ url, masking: 'zero' });
  const refs = refsOf(producer, metric);
  for (let tick = 0; tick < metric.ticks; tick++) {
    const values = Float64Array.from(refs, (_, host) => readingOf(host, tick));
    const times = { baseMs: endMs - (metric.ticks - 1 - tick) * metric.everyMs };
    for (let from = 0; from < refs.length; from += BATCH) {
      const batch = [refs.subarray(from, from + BATCH), values.subarray(from, from + BATCH)] as const;
      while (!producer.addColumns(...batch, times)) await producer.ready();
    }
  }
  await producer.flush();
  const { pointsAccepted } = producer.stats();
  await producer.close();
  const sent = metric.hosts * metric.ticks;
  if (pointsAccepted !== sent) throw new Error(`${pointsAccepted} of ${sent} points were accepted`);
}

/** Goes on with a metric, ten readings a second of each series. Answers how to end that. */
export function goOn(url: string, metric: Metric): () => Promise<unknown> {
  const producer = createProducer({ url, masking: 'zero', flushIntervalMs: 0 });
  const refs = refsOf(producer, metric);
  let tick = 0;
  const timer = setInterval(() => {
    const values = Float64Array.from(refs, (_, host) => readingOf(host, tick));
    producer.addColumns(refs, values, { baseMs: Date.now() });
    tick++;
  }, LIVE_EVERY_MS);
  return () => {
    clearInterval(timer);
    return producer.close();
  };
}

/** The page of a metric from its first point to its last, in as many lines as are drawn. */
export function pathOf({ name, hosts, ticks, everyMs }: Metric, endMs: number): string {
  const label = hosts > LINES_MAX ? 'part' : 'host';
  return `/dashboard?metric=${name}&by=${label}&from=${endMs - (ticks - 1) * everyMs}&to=${endMs + 1}`;
}
