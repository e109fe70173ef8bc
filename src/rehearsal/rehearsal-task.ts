import type { Asked } from './asker.js';

/** What the rehearsal's thread is started with. */
export interface RehearsalTask {
  /** Where the engine is asked, on this machine. */
  port: number;
  /** Of a Conduct. */
  conduct: SharedArrayBuffer;
}

/** What the thread says before it ends. */
export type RehearsalNews = Asked;
