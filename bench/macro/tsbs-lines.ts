import { TSBS_FIELDS, TSBS_STEP_MS, tsbsHosts, tsbsTicks } from './tsbs.js';

const LINES_PER_BATCH = 2_000;

/** The readings of TSBS from `startMs` on as InfluxDB line protocol (measurement cpu), in batches. */
export function tsbsLineBatches(hosts: number, ticks: number, startMs: number): Buffer[] {
  const heads = tsbsHosts(hosts).map(
    (labels) =>
      `cpu,${Object.entries(labels)
        .map(([name, value]) => `${name}=${value}`)
        .join(',')} `,
  );
  const batches: Buffer[] = [];
  let lines: string[] = [];
  tsbsTicks(hosts, ticks).forEach((values, tick) => {
    heads.forEach((head, host) => {
      const fields = TSBS_FIELDS.map((name, f) => `${name}=${values[host * TSBS_FIELDS.length + f]}i`);
      lines.push(`${head}${fields.join(',')} ${startMs + tick * TSBS_STEP_MS}000000`);
      if (lines.length < LINES_PER_BATCH) return;
      batches.push(Buffer.from(`${lines.join('\n')}\n`));
      lines = [];
    });
  });
  if (lines.length > 0) batches.push(Buffer.from(`${lines.join('\n')}\n`));
  return batches;
}
