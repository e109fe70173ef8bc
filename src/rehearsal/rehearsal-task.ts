/** Where the engine is asked, on this machine, and what makes it answer. */
export interface RehearsedServer {
  port: number;
  token: string;
}

/** What the rehearsal's thread is started with. */
export interface RehearsalTask extends RehearsedServer {
  /** Of a Conduct. */
  conduct: SharedArrayBuffer;
}

/** What the thread says before it ends: how much it has asked, and how much of that had no answer, such as a host without such a metric. */
export interface Asked {
  askings: number;
  refused: number;
}
