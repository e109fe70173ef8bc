import { setSeq, splitColumnsFrame } from './columns-frame.js';

/** A sealed COLUMNS frame on its way to being settled. Its bytes change only by `assign`. */
export class Batch {
  frame: Uint8Array;
  points: number;
  /** Place among all that the user gave: flushes wait for it. Parts of a split batch share one. */
  readonly ordinal: number;
  /** Series that must be bound before it: refs are dense, so a count says which. */
  readonly seriesNeeded: number;
  /** Points that the user gave before it. */
  readonly firstPoint: number;
  /** 0 until it is first sent. */
  seq = 0;
  firstSentAtMs = 0;
  lastSentAtMs = 0;
  sends = 0;

  constructor(
    frame: Uint8Array,
    points: number,
    place: { ordinal: number; seriesNeeded: number; firstPoint: number },
  ) {
    this.frame = frame;
    this.points = points;
    this.ordinal = place.ordinal;
    this.seriesNeeded = place.seriesNeeded;
    this.firstPoint = place.firstPoint;
  }

  /** Gives it its number, in the frame too. */
  assign(seq: number): void {
    this.seq = seq;
    setSeq(this.frame, seq);
  }
}

/** The same points in batches of at most `pointsMax`, for one that was never sent. */
export function splitBatch(batch: Batch, pointsMax: number): Batch[] {
  const { ordinal, seriesNeeded, firstPoint, points } = batch;
  let done = 0;
  return splitColumnsFrame(batch.frame, pointsMax).map((frame) => {
    const part = new Batch(frame, Math.min(pointsMax, points - done), {
      ordinal,
      seriesNeeded,
      firstPoint: firstPoint + done,
    });
    done += part.points;
    return part;
  });
}
