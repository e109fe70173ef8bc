import { createHash, timingSafeEqual } from 'node:crypto';
import { MillraceError } from '../errors.js';

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

  /**
   * Checks the header `Authorization: Bearer TOKEN`.
   * @throws MillraceError 401 where none came, 403 where it isn't known
   */
  mustAllow(authorization: string): void {
    if (!this.isNeeded) return;
    const token = /^Bearer +(\S+)$/i.exec(authorization.trim())?.[1];
    if (token === undefined) {
      throw new MillraceError(
        'MR_UNAUTHORIZED',
        'This call needs a token: send the header "Authorization: Bearer TOKEN" with one of the configured tokens (key token).',
        { headers: { 'WWW-Authenticate': 'Bearer realm="millrace"' } },
      );
    }
    if (!this.knows(token)) {
      throw new MillraceError(
        'MR_FORBIDDEN',
        'The token that came is not one of the configured tokens (key token).',
      );
    }
  }
}
