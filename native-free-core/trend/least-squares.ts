/** A straight line through points, and how much of their spread it explains. */
export interface Line {
  slope: number;
  /** At x = 0. */
  intercept: number;
  /** 0 to 1; 1 where all points lie on the line, also on a level one. */
  rSquared: number;
}

/**
 * The line of least squares through (x[i], y[i]), i < count, in two passes about the means. Undefined for fewer than two
 * different x. Values so large that their squares overflow give a slope but no honest rSquared; it is held in 0..1.
 */
export function leastSquares(x: Float64Array, y: Float64Array, count: number): Line | undefined {
  let meanX = 0;
  let meanY = 0;
  for (let i = 0; i < count; i++) {
    meanX += (x[i]! - meanX) / (i + 1);
    meanY += (y[i]! - meanY) / (i + 1);
  }
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (let i = 0; i < count; i++) {
    const dx = x[i]! - meanX;
    const dy = y[i]! - meanY;
    xx += dx * dx;
    xy += dx * dy;
    yy += dy * dy;
  }
  if (!(xx > 0)) return undefined;
  const slope = xy / xx;
  const explained = yy > 0 ? (slope * xy) / yy : 1;
  return {
    slope,
    intercept: meanY - slope * meanX,
    rSquared: Number.isFinite(explained) ? Math.min(Math.max(explained, 0), 1) : 0,
  };
}
