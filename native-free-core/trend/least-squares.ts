/** A straight line through points, and how much of their spread it explains. */
export interface Line {
  slope: number;
  /** At the x that was asked for. */
  value: number;
  /** 0 to 1; 1 where all points lie on the line, also on a level one. */
  rSquared: number;
}

/**
 * The line of least squares through points that come in parts: each part is summed about its own means in two passes, and parts
 * are merged by their moments (T. Chan, G. Golub, R. LeVeque, "Updating formulae and a pairwise algorithm for computing sample
 * variances", 1979), all of it about the first point, so that epoch times and large bases keep their digits. Merging is associative and
 * commutative to rounding.
 */
export class LeastSquares {
  count = 0;
  #originX = 0;
  #originY = 0;
  /** From the origin, as is `#meanY`. */
  #meanX = 0;
  #meanY = 0;
  #xx = 0;
  #xy = 0;
  #yy = 0;

  /** Adds the points [from, to) of two columns. */
  add(x: Float64Array, y: Float64Array, from: number, to: number): void {
    if (from >= to) return;
    const count = to - from;
    this.#begin(x[from]!, y[from]!);
    const originX = this.#originX;
    const originY = this.#originY;
    let sumX = 0;
    let sumY = 0;
    for (let i = from; i < to; i++) {
      sumX += x[i]! - originX;
      sumY += y[i]! - originY;
    }
    const meanX = sumX / count;
    const meanY = sumY / count;
    let xx = 0;
    let xy = 0;
    let yy = 0;
    for (let i = from; i < to; i++) {
      const dx = x[i]! - originX - meanX;
      const dy = y[i]! - originY - meanY;
      xx += dx * dx;
      xy += dx * dy;
      yy += dy * dy;
    }
    this.#merge(count, meanX, meanY, xx, xy, yy);
  }

  /** Adds `count` points of which only the place of their middle, their mean and their m2 (sum of squares about it) are known. */
  addSummary(count: number, x: number, meanY: number, m2: number): void {
    this.#begin(x, meanY);
    this.#merge(count, x - this.#originX, meanY - this.#originY, 0, 0, m2);
  }

  #begin(x: number, y: number): void {
    if (this.count > 0) return;
    this.#originX = x;
    this.#originY = y;
  }

  // Six numbers of a part, without an object for each of a million short runs.
  #merge(count: number, meanX: number, meanY: number, xx: number, xy: number, yy: number): void {
    const total = this.count + count;
    const dx = meanX - this.#meanX;
    const dy = meanY - this.#meanY;
    const weight = (this.count * count) / total;
    this.#xx += xx + dx * dx * weight;
    this.#xy += xy + dx * dy * weight;
    this.#yy += yy + dy * dy * weight;
    this.#meanX += (dx * count) / total;
    this.#meanY += (dy * count) / total;
    this.count = total;
  }

  /** The line and its value at `x`; undefined without two different x. */
  line(x: number): Line | undefined {
    if (!(this.#xx > 0)) return undefined;
    const slope = this.#xy / this.#xx;
    const explained = this.#yy > 0 ? (slope * this.#xy) / this.#yy : 1;
    return {
      slope,
      value: this.#originY + (this.#meanY + slope * (x - this.#originX - this.#meanX)),
      // Squares may have overflowed.
      rSquared: Number.isFinite(explained) ? Math.min(Math.max(explained, 0), 1) : 0,
    };
  }
}
