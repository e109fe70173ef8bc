/**
 * The "cpu-only" devops data set of TSBS (github.com/timescale/tsbs), restated: hosts with ten `usage_*` gauges each, a
 * reading every 10 s, random walks clamped to [0, 100] with N(0, 1) steps and reported as whole numbers; ten labels a host.
 * Deterministic for a seed.
 */
export const TSBS_FIELDS = [
  'usage_user',
  'usage_system',
  'usage_idle',
  'usage_nice',
  'usage_iowait',
  'usage_irq',
  'usage_softirq',
  'usage_steal',
  'usage_guest',
  'usage_guest_nice',
] as const;

export const TSBS_STEP_MS = 10_000;

const REGIONS = [
  'us-east-1',
  'us-west-1',
  'us-west-2',
  'eu-west-1',
  'eu-central-1',
  'ap-southeast-1',
  'sa-east-1',
];
const SYSTEMS = ['Ubuntu16.10', 'Ubuntu16.04LTS', 'Ubuntu15.10'];
const ARCHITECTURES = ['x64', 'x86'];
const TEAMS = ['SF', 'NYC', 'LON', 'CHI'];
const ENVIRONMENTS = ['production', 'staging', 'test'];

/** A generator of numbers in [0, 1): mulberry32, the same on every machine. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

export type HostLabels = Readonly<Record<string, string>>;

/** The labels of `count` hosts. */
export function tsbsHosts(count: number, seed = 123): HostLabels[] {
  const random = seededRandom(seed);
  const pick = (from: readonly string[]): string => from[Math.floor(random() * from.length)]!;
  return Array.from({ length: count }, (_, i) => {
    const region = pick(REGIONS);
    return {
      hostname: `host_${i}`,
      region,
      datacenter: region + 'abc'[Math.floor(random() * 3)]!,
      rack: String(Math.floor(random() * 100)),
      os: pick(SYSTEMS),
      arch: pick(ARCHITECTURES),
      team: pick(TEAMS),
      service: String(Math.floor(random() * 20)),
      service_version: String(Math.floor(random() * 2)),
      service_environment: pick(ENVIRONMENTS),
    };
  });
}

/** The readings of `hosts` hosts at `ticks` moments: for each an array of hosts × fields, host by host. */
export function tsbsTicks(hosts: number, ticks: number, seed = 77): Float64Array[] {
  const random = seededRandom(seed);
  const gauss = (): number => {
    let u = 0;
    while (u === 0) u = random();
    return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * random());
  };
  const walk = new Float64Array(hosts * TSBS_FIELDS.length).map(() => random() * 100);
  return Array.from({ length: ticks }, () => {
    for (let i = 0; i < walk.length; i++) walk[i] = Math.min(100, Math.max(0, walk[i]! + gauss()));
    return walk.map(Math.floor);
  });
}
