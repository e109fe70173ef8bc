import { PAGE_COUNTERS, PAGE_SHIFT } from './live-windows-layout.js';
import type { LiveWindowsViews } from './live-windows-memory.js';

/** What `take` answers when every page is in use. */
export const NO_PAGE = -1;

/**
 * The writer's view of the pages: which are free, and the chain of each cell. Belongs to the writer's thread; which
 * pages are free is private to it, only heads and counters are shared. Pages that were never used are handed out last,
 * in order, so memory grows to the largest use and no further.
 */
export class LivePagePool {
  readonly #words: Int32Array;
  readonly #heads: number;
  readonly #pages: number;
  readonly #pagesMax: number;
  readonly #free: Int32Array;
  #freeCount = 0;
  #fresh = 0;

  constructor(views: LiveWindowsViews) {
    this.#words = views.words;
    this.#heads = views.offsets.pageHeads;
    this.#pages = views.offsets.pages;
    this.#pagesMax = views.limits.pagesMax;
    this.#free = new Int32Array(this.#pagesMax);
  }

  get used(): number {
    return this.#fresh - this.#freeCount;
  }

  /** The page of `octave` in the chain that begins at `link` (a page + 1, or 0), or NO_PAGE. */
  find(link: number, octave: number): number {
    const words = this.#words;
    while (link !== 0) {
      const head = this.#heads + (link - 1) * 2;
      if (words[head] === octave) return link - 1;
      link = words[head + 1]!;
    }
    return NO_PAGE;
  }

  /** A page of zeroes for `octave`, in front of the chain that begins at `link`; NO_PAGE when none is free. */
  take(octave: number, link: number): number {
    const words = this.#words;
    let page: number;
    if (this.#freeCount > 0) page = this.#free[--this.#freeCount]!;
    else if (this.#fresh < this.#pagesMax) page = this.#fresh++;
    else return NO_PAGE;
    const at = this.#pages + (page << PAGE_SHIFT);
    words.fill(0, at, at + PAGE_COUNTERS);
    const head = this.#heads + page * 2;
    words[head] = octave;
    words[head + 1] = link;
    return page;
  }

  /** Gives the whole chain that begins at `link` back. */
  release(link: number): void {
    while (link !== 0) {
      this.#free[this.#freeCount++] = link - 1;
      link = this.#words[this.#heads + (link - 1) * 2 + 1]!;
    }
  }

  /** Takes all pages back at once; no cell may hold a chain any more. */
  reset(): void {
    this.#freeCount = 0;
    this.#fresh = 0;
  }
}
