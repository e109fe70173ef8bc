import { createHash, timingSafeEqual } from 'node:crypto';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Knows a list of tokens. Compares digests of equal length in constant time, so that timing tells nothing about them. */
export class TokenCheck {
  readonly #digests: readonly Buffer[];

  constructor(tokens: readonly string[]) {
    this.#digests = tokens.map(digest);
  }

  /** Whether a token is needed at all. */
  get isNeeded(): boolean {
    return this.#digests.length > 0;
  }

  knows(token: string): boolean {
    const given = digest(token);
    let known = false;
    for (const each of this.#digests) known = timingSafeEqual(each, given) || known;
    return known;
  }
}
