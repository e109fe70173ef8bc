/** Series as the thread that numbers them gets them: in plain memory, which costs nothing to hand over. */
export interface SeriesWords {
  /** Five words a series: 128 bits of hash, then its number in its group; `seriesGroups` says which. */
  series: Int32Array;
  seriesGroups: Uint8Array;
  /** The retention class of each. */
  seriesClasses: Uint8Array;
}

const WORDS = 5;

/** Collects the series that a shard recovers, in memory that grows. */
export class RecoveredSeries {
  #series = new Int32Array(WORDS * 1_024);
  #groups = new Uint8Array(1_024);
  #classes = new Uint8Array(1_024);
  #count = 0;

  /** `page` holds the 16 bytes of the series' hash at `hashOffset`. */
  // Five arguments: an object a series would be garbage.
  add(page: Uint8Array, hashOffset: number, number: number, group: number, retentionClass: number): void {
    if (this.#count === this.#groups.length) this.#grow();
    const at = this.#count * WORDS;
    const hash = new DataView(page.buffer, page.byteOffset + hashOffset, 16);
    for (let i = 0; i < WORDS - 1; i++) this.#series[at + i] = hash.getInt32(i * 4, true);
    this.#series[at + WORDS - 1] = number;
    this.#groups[this.#count] = group;
    this.#classes[this.#count++] = retentionClass;
  }

  /** All of them. */
  words(): SeriesWords {
    return {
      series: this.#series.slice(0, this.#count * WORDS),
      seriesGroups: this.#groups.slice(0, this.#count),
      seriesClasses: this.#classes.slice(0, this.#count),
    };
  }

  #grow(): void {
    const [series, groups, classes] = [this.#series, this.#groups, this.#classes];
    this.#series = new Int32Array(series.length * 2);
    this.#series.set(series);
    this.#groups = new Uint8Array(groups.length * 2);
    this.#groups.set(groups);
    this.#classes = new Uint8Array(classes.length * 2);
    this.#classes.set(classes);
  }
}
