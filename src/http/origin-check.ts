import { MillraceError } from '../errors.js';

/** What a request says of where it comes from and where it was sent to, as its headers have it; empty where there is none. */
export interface OriginHeaders {
  /** Set by browsers, which let no page choose it. */
  origin: string;
  host: string;
  /** The host as the client named it to a proxy, in front of those that further proxies add. A page can't set it on a request to upgrade. */
  forwardedHost: string;
}

/** Allows every origin. */
const ANY = '*';

const LOOPBACK = /^(localhost|[^.]+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/**
 * Decides which pages may read in a reader's browser. Over plain HTTP the browser asks for a header that lets a page of another origin
 * see an answer. A WebSocket it opens for any page, so there the server has to look: else whoever reads a hostile page beside the
 * dashboard would let that page read what the engine tells.
 */
export class OriginCheck {
  readonly #allowed: ReadonlySet<string>;

  /** @param allowed origins such as `https://app.example.com`, or `*` */
  constructor(allowed: readonly string[]) {
    this.#allowed = new Set(allowed.map(asSent));
  }

  /**
   * Lets programs pass, which send no origin, pages of the same host, pages of this machine where the request was sent to this machine, and
   * those of the configured origins.
   * @throws MillraceError 403
   */
  mustAllow({ origin, host, forwardedHost }: OriginHeaders): void {
    if (origin === '' || this.#isListed(origin)) return;
    const named = [host, forwardedHost.split(',')[0]!.trim()];
    const own = named.flatMap((text) => (text === '' ? [] : (urlOf(`http://${text}`) ?? [])));
    const page = urlOf(origin);
    if (page !== undefined && own.some((each) => isSameHost(page, each))) return;
    throw new MillraceError(
      'MR_FORBIDDEN_ORIGIN',
      `Pages of ${origin} may not read here: this is ${host}. Serve the page from here too, or allow its origin with the key allowedOrigins.`,
      { fields: { origin } },
    );
  }

  /**
   * Headers of an answer over plain HTTP by which the browser shows it to the page; none for pages that may not. `origin` is empty
   * where none came: a cache that keeps the answer has to know all the same that it depends.
   */
  headersFor(origin: string): Readonly<Record<string, string>> {
    if (this.#allowed.size === 0) return NO_HEADERS;
    if (this.#allowed.has(ANY)) return { 'Access-Control-Allow-Origin': ANY, ...EXPOSED };
    const allow = this.#isListed(origin) ? { 'Access-Control-Allow-Origin': origin, ...EXPOSED } : {};
    return { Vary: 'Origin', ...allow };
  }

  #isListed(origin: string): boolean {
    return this.#allowed.has(ANY) || this.#allowed.has(origin.toLowerCase());
  }
}

const EXPOSED = { 'Access-Control-Expose-Headers': 'Retry-After, ETag, Next-Cursor' };

const NO_HEADERS = {};

/** What a page of an allowed origin may send, for the answer to the question that the browser asks before. */
export const preflightHeaders = (methods: string): Readonly<Record<string, string>> => ({
  'Access-Control-Allow-Methods': methods,
  'Access-Control-Allow-Headers': 'Accept, Authorization, Content-Encoding, Content-Type, If-None-Match',
  'Access-Control-Max-Age': '7200',
});

/** A configured origin as browsers send it: without the port that its scheme has anyway, the name in ASCII. */
function asSent(configured: string): string {
  const origin = urlOf(configured)?.origin ?? 'null';
  // Schemes of apps and of browsers' extensions, which have no origin by the rules of URLs, are sent as they are.
  return origin === 'null' ? configured.toLowerCase() : origin;
}

function urlOf(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

const portOf = ({ port }: URL): string => port.replace(/^(80|443)$/, '');

/** Whether a page comes from a host, by name and port; the scheme is that of whatever stands in front of the engine. */
function isSameHost(page: URL, own: URL): boolean {
  const isSame = page.hostname === own.hostname && portOf(page) === portOf(own);
  return isSame || (LOOPBACK.test(page.hostname) && LOOPBACK.test(own.hostname));
}
