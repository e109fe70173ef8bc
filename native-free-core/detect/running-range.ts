/** What a channel has been so far, and how far a value lies beyond it. */
export class RunningRange {
  #low = 0;
  #high = 0;
  #isEmpty = true;

  /** By how much of the range so far the value lies outside of it, at most `most`; takes the value into the range. */
  push(value: number, most: number): number {
    if (this.#isEmpty) {
      this.#isEmpty = false;
      this.#low = value;
      this.#high = value;
      return 0;
    }
    const width = this.#high - this.#low;
    let beyond = 0;
    if (value > this.#high) {
      beyond = value - this.#high;
      this.#high = value;
    } else if (value < this.#low) {
      beyond = this.#low - value;
      this.#low = value;
    }
    // The second value of all makes the range; nothing can be said of it.
    return width > 0 ? Math.min(beyond / width, most) : 0;
  }
}
