import { assert } from '../../../native-free-core/assert.js';
import { type RejectReason, rejectReasons } from '../../../protocol/index.js';
import { ERRORS_SHOWN_MAX } from '../limits.js';
import { REASON_TEXTS } from './reason-texts.js';

export interface RefusedPoint {
  index: number;
  reason: RejectReason;
  message: string;
}

/** What became of the points of one request, or of a part of it: exact counts, and the first refusals in words. */
export class IngestReport {
  accepted = 0;
  rejected = 0;
  readonly errors: RefusedPoint[] = [];

  /**
   * Notes a point that was taken.
   * @param _series its handle
   * @param _timeMs undefined: the time of arrival
   */
  accept(_series: number, _timeMs: number | undefined): void {
    this.accepted++;
  }

  /**
   * Notes a refused point.
   * @param index its place in the request, from 0
   * @param came what came instead of what was wanted, in words
   */
  refuse(index: number, reason: number, came?: string): void {
    this.rejected++;
    if (this.errors.length >= ERRORS_SHOWN_MAX) return;
    const name = rejectReasons[reason] as RejectReason | undefined;
    assert(name !== undefined, `${reason} is not the number of a reject reason`);
    const wanted = REASON_TEXTS[name];
    this.errors.push({
      index,
      reason: name,
      message: came === undefined ? wanted : `${wanted}; got ${came}`,
    });
  }

  /** Takes what a part of the request counted over, once that part is committed. */
  add(part: this): void {
    this.accepted += part.accepted;
    this.rejected += part.rejected;
    for (const error of part.errors) {
      if (this.errors.length >= ERRORS_SHOWN_MAX) return;
      this.errors.push(error);
    }
  }

  reset(): void {
    this.accepted = 0;
    this.rejected = 0;
    this.errors.length = 0;
  }

  /** The fields of an answer, in its order. */
  fields(): Record<string, unknown> {
    const { accepted, rejected, errors } = this;
    return { accepted, rejected, errors };
  }
}
