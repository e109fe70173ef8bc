import http from 'node:http';
import { parseArgs } from 'node:util';
import { createProducer } from '../../src/client/node.js';
import { EngineProcess } from './engine-process.js';
import { machineLine } from './machine.js';
import { TSBS_FIELDS, TSBS_STEP_MS, tsbsHosts, tsbsTicks } from './tsbs.js';

/**
 * From a point's sending to its being seen by a query, while TSBS comes in at a steady rate: a probe sends a point by the
 * protocol and asks `latest` over HTTP again and again until it is there.
 *
 *   node dist/bench/macro/visible.js [--rate 1000000] [--probes 300] [--smoke]
 */
const { values: flags } = parseArgs({
  options: {
    rate: { type: 'string', default: '1000000' },
    probes: { type: 'string', default: '300' },
    smoke: { type: 'boolean', default: false },
  },
});

const HOSTS = 1_000;
const probes = flags.smoke ? 10 : Number(flags.probes);
const rate = flags.smoke ? 50_000 : Number(flags.rate);
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function latest(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    http
      .get(`${url}/api/metrics/probe/latest`, { agent }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        response.on('end', () =>
          resolve(response.statusCode === 200 ? (JSON.parse(text) as { value: number }).value : -1),
        );
      })
      .on('error', reject);
  });
}

console.log(machineLine());
const engine = await EngineProcess.start({ rehearses: true });
try {
  const url = `ws://127.0.0.1:${engine.port}/ws/ingest`;
  const load = createProducer({ url, producer: 'load', masking: 'zero' });
  for (const labels of tsbsHosts(HOSTS)) for (const name of TSBS_FIELDS) load.series(`cpu_${name}`, labels);
  const refs = Uint32Array.from({ length: HOSTS * TSBS_FIELDS.length }, (_, i) => i);
  const ticks = tsbsTicks(HOSTS, 50);
  const startMs = Date.now() - 86_400_000;
  let tick = 0;
  const started = performance.now();
  const loader = setInterval(() => {
    const due = ((performance.now() - started) / 1_000) * (rate / refs.length);
    while (
      tick < due &&
      load.addColumns(refs, ticks[tick % ticks.length]!, { baseMs: startMs + tick * TSBS_STEP_MS })
    )
      tick++;
  }, 2);
  const probe = createProducer({ url, producer: false, flushIntervalMs: 0 });
  const ref = probe.series('probe');
  const samples: number[] = [];
  await new Promise((resolve) => setTimeout(resolve, flags.smoke ? 200 : 2_000));
  for (let i = 0; i < probes; i++) {
    const sent = performance.now();
    probe.add(ref, i);
    void probe.flush();
    while ((await latest(engine.url)) < i);
    samples.push(performance.now() - sent);
    await new Promise((resolve) => setTimeout(resolve, 20 + (i % 7)));
  }
  clearInterval(loader);
  await load.close();
  await probe.close();
  samples.sort((a, b) => a - b);
  const at = (q: number): number => Math.round(samples[Math.floor((samples.length - 1) * q)]! * 10) / 10;
  const seconds = (performance.now() - started) / 1_000;
  console.log(
    JSON.stringify({
      probes,
      load_points_per_s: Math.round((tick * refs.length) / seconds),
      visible_p50_ms: at(0.5),
      visible_p90_ms: at(0.9),
      visible_p99_ms: at(0.99),
      visible_max_ms: at(1),
    }),
  );
} finally {
  agent.destroy();
  await engine.stop();
  engine.removeFolder();
}
