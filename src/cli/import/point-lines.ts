interface Batch {
  first: number;
  count: number;
  firstLine: number;
  /** Undefined: the lines follow each other without a gap, as they mostly do. */
  lines: Float64Array | undefined;
}

/** From which line each point came that isn't settled yet, by the point's place among all that were given. */
export class PointLines {
  #batches: Batch[] = [];

  /** Adds a batch behind those before it; `lines` is copied where it must be. */
  add(first: number, lines: Float64Array): void {
    const count = lines.length;
    const firstLine = lines[0]!;
    // Lines only grow, so the last tells of all.
    const isWhole = lines[count - 1] === firstLine + count - 1;
    this.#batches.push({ first, count, firstLine, lines: isWhole ? undefined : lines.slice() });
  }

  /** The line of a point; undefined where it is forgotten or was never given. */
  lineOf(point: number): number | undefined {
    for (const { first, count, firstLine, lines } of this.#batches) {
      if (point < first || point >= first + count) continue;
      return lines === undefined ? firstLine + point - first : lines[point - first];
    }
    return undefined;
  }

  /** Lets go of batches that lie wholly below a point. */
  forgetBelow(point: number): void {
    const keep = this.#batches.findIndex(({ first, count }) => first + count > point);
    this.#batches = keep < 0 ? [] : this.#batches.slice(keep);
  }
}
