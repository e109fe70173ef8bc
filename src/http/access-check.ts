import { MillraceError } from '../errors.js';
import type { Access } from './edge.js';
import { TokenCheck } from './token-check.js';

/** The configured tokens, by what they allow. */
export interface AccessTokens {
  /** That may send points; none means that everybody may. */
  ingest: readonly string[];
  /** That may delete and change. */
  admin: readonly string[];
  /** That may read; none means that everybody may. Given where the engine asks itself alone. */
  read?: readonly string[];
}

/**
 * Decides who may use which call. Reading is open to whoever reaches the port. A call that deletes or changes needs an admin token
 * as soon as tokens of any kind are configured: whoever guards the way in would not leave that open.
 */
export class AccessCheck {
  readonly #ingest: TokenCheck;
  readonly #admin: TokenCheck;
  readonly #read: TokenCheck;

  constructor(tokens: AccessTokens) {
    this.#ingest = new TokenCheck(tokens.ingest);
    this.#admin = new TokenCheck(tokens.admin);
    this.#read = new TokenCheck(tokens.read ?? []);
  }

  /**
   * Checks the header `Authorization: Bearer TOKEN`.
   * @throws MillraceError 401 where none came, 403 where it isn't known
   */
  mustAllow(access: Access, authorization: string): void {
    const token = /^Bearer +(\S+)$/i.exec(authorization.trim())?.[1];
    if (access === 'read') {
      if (!this.#read.isNeeded || (token !== undefined && this.#read.knows(token))) return;
      throw new MillraceError('MR_FORBIDDEN', 'Nobody but the engine itself is answered here.');
    }
    const isAdmin = access === 'admin';
    const isOpen = !this.#ingest.isNeeded && !(isAdmin && this.#admin.isNeeded);
    if (isOpen) return;
    if (isAdmin && !this.#admin.isNeeded) {
      throw new MillraceError(
        'MR_FORBIDDEN',
        'This call needs an admin token. None is configured (key adminToken), though ingest tokens are: configure one.',
      );
    }
    const key = isAdmin ? 'adminToken' : 'token';
    if (token === undefined) {
      throw new MillraceError(
        'MR_UNAUTHORIZED',
        `This call needs a token: send the header "Authorization: Bearer TOKEN" with one of the configured tokens (key ${key}).`,
        { headers: { 'WWW-Authenticate': 'Bearer realm="millrace"' } },
      );
    }
    // Who may delete may also send.
    if (this.#admin.knows(token) || (!isAdmin && this.#ingest.knows(token))) return;
    throw new MillraceError(
      'MR_FORBIDDEN',
      `The token that came is not one of the configured tokens (key ${key}).`,
    );
  }
}
