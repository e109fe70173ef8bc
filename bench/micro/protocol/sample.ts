/** mulberry32: the benches' inputs come from a fixed seed. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One step of a hash over 32-bit words (FNV-1a's), for the results of benches. */
export function mix(hash: number, word: number): number {
  return Math.imul(hash ^ word, 0x01000193) >>> 0;
}

export interface SampleColumns {
  readonly refs: Uint32Array;
  readonly dt: Int32Array;
  readonly values: Float64Array;
}

/** Points of 10,000 series in chance order over one second, with values of two decimals. */
export function sampleColumns(points: number): SampleColumns {
  const random = randomOf(1);
  return {
    refs: Uint32Array.from({ length: points }, () => Math.floor(random() * 10_000)),
    dt: Int32Array.from({ length: points }, (_, i) => Math.floor((i * 1000) / points)),
    values: Float64Array.from({ length: points }, () => Math.round(random() * 10_000) / 100),
  };
}

/** The labels that a server's agent sends with every metric: ten, as TSBS has them. */
export function sampleLabels(host: number): Record<string, string> {
  return {
    hostname: `host_${host}`,
    region: 'eu-central-1',
    datacenter: 'eu-central-1a',
    rack: `${host % 100}`,
    os: 'Ubuntu16.10',
    arch: 'x64',
    team: 'SF',
    service: `${host % 20}`,
    service_version: '1',
    service_environment: 'production',
  };
}
