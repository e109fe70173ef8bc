/** Points of one metric, as columns; `hosts` are indexes. The next batch is written over it. */
export interface PointBatch {
  hosts: Uint32Array;
  timesMs: Float64Array;
  values: Float64Array;
}

/** What a target has seen so far. */
export interface TargetStats {
  accepted: number;
  rejected: number;
  /** Times that the server said it was too busy; nothing was lost by it. */
  busy: number;
  ackP50Ms: number;
  ackP99Ms: number;
  /** Refused points by reason. */
  reasons: Readonly<Record<string, number>>;
}

/** Where generated points go. */
export interface Target {
  /** Takes a batch; resolves when the next one may come, which is not yet when this one is acknowledged. */
  send(batch: PointBatch): Promise<void>;
  /** Resolves when everything sent is acknowledged. */
  finish(): Promise<void>;
  stats(): TargetStats;
}

export interface TargetOptions {
  baseUrl: string;
  metric: string;
  hosts: number;
  token: string | undefined;
  /** The points lie in the past, perhaps further back than raw points are kept. */
  isHistory: boolean;
}

/** `server-01`: with as many digits as the largest needs, two at least. */
export function hostName(host: number, hosts: number): string {
  return `server-${String(host + 1).padStart(Math.max(2, String(hosts).length), '0')}`;
}
