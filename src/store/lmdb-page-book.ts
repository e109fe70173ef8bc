/** Something in the file that LMDB would not have written. */
export class FileFault extends Error {}

/** The file as its newest meta page describes it. */
export interface LmdbPages {
  transaction: number;
  pageBytes: number;
  /** Whole pages that the file has. */
  pages: number;
  lastPage: number;
}

/**
 * Pages behind the end of the file that belong to nobody: a transaction takes pages, gives them back and writes nothing
 * there. More than any transaction of ours has.
 */
const UNWRITTEN_PAGES_MAX = 65_536;

/** Which pages of a file are used, and which are free. */
export class PageBook {
  readonly #pages: LmdbPages;
  /** A bit a page. */
  readonly #used: Uint8Array;
  #freeBehindEnd = 0;

  constructor(pages: LmdbPages) {
    this.#pages = pages;
    this.#used = new Uint8Array(Math.ceil((pages.pages + 1) / 8));
    // The meta pages.
    this.#used[0] = 3;
  }

  /** Free pages may lie behind the end of the file, never on a page that is used. */
  free(first: number, count: number): void {
    const { lastPage, pages } = this.#pages;
    if (first < 2 || first + count > lastPage + 1)
      throw new FileFault(`a free list has ${count} pages from ${first} on`);
    for (let page = first; page < Math.min(first + count, pages); page++) {
      if (this.#isUsed(page)) throw new FileFault(`page ${page} is used, and free to be written over`);
    }
    this.#freeBehindEnd += Math.max(0, first + count - Math.max(first, pages));
  }

  /** Takes pages for `by`; each may be taken once. */
  use(first: number, count: number, by: string): void {
    const { pages, lastPage } = this.#pages;
    if (first < 2 || first + count > lastPage + 1)
      throw new FileFault(`${by} has a page ${first + count - 1}, beyond the last, ${lastPage}`);
    if (first + count > pages)
      throw new FileFault(`it ends at page ${pages}, and ${by} has a page ${first + count - 1}`);
    for (let page = first; page < first + count; page++) {
      if (this.#isUsed(page)) throw new FileFault(`page ${page} is used twice`);
      this.#used[page >> 3]! |= 1 << (page & 7);
    }
  }

  #isUsed(page: number): boolean {
    return (this.#used[page >> 3]! & (1 << (page & 7))) !== 0;
  }

  /** After both trees. */
  end(): void {
    const { lastPage, pages } = this.#pages;
    if (lastPage + 1 - pages > this.#freeBehindEnd + UNWRITTEN_PAGES_MAX) {
      throw new FileFault(`it has ${pages} pages, of ${lastPage + 1} that it should have`);
    }
  }
}
