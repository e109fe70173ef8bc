import { setSeq, splitColumnsFrame } from './columns-frame.js';

/** A sealed COLUMNS frame on its way to being settled. Its bytes change only by `assign`. */
export class Batch {
  frame: Uint8Array;
  points: number;
  /** Place among all that the user gave: flushes wait for it. Parts of a split batch share one. */
  readonly ordinal: number;
  /** Series that must be bound before it: refs are dense, so a count says which. */
  readonly seriesNeeded: number;
  /** 0 until it is first sent. */
  seq = 0;
  firstSentAtMs = 0;
  lastSentAtMs = 0;
  sends = 0;

  constructor(frame: Uint8Array, points: number, ordinal: number, seriesNeeded: number) {
    this.frame = frame;
    this.points = points;
    this.ordinal = ordinal;
    this.seriesNeeded = seriesNeeded;
  }

  /** Gives it its number, in the frame too. */
  assign(seq: number): void {
    this.seq = seq;
    setSeq(this.frame, seq);
  }
}

/** The same points in batches of at most `pointsMax`, for one that was never sent. */
export function splitBatch(batch: Batch, pointsMax: number): Batch[] {
  let left = batch.points;
  return splitColumnsFrame(batch.frame, pointsMax).map((frame) => {
    const points = Math.min(pointsMax, left);
    left -= points;
    return new Batch(frame, points, batch.ordinal, batch.seriesNeeded);
  });
}
