import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OriginCheck } from '../../../src/http/origin-check.js';

const HERE = 'metrics.example.com:8000';

interface Case {
  allowed?: string[];
  host?: string;
  forwardedHost?: string;
  isAllowed: boolean;
}

function check(title: string, origin: string, expected: Case): void {
  const { allowed = [], host = HERE, forwardedHost = '', isAllowed } = expected;
  test(`OriginCheck.mustAllow() ${isAllowed ? 'allows' : 'refuses'} ${title}`, () => {
    const ask = (): void => new OriginCheck(allowed).mustAllow({ origin, host, forwardedHost });
    if (isAllowed) return ask();
    assert.throws(ask, { code: 'MR_FORBIDDEN_ORIGIN', message: /allowedOrigins/ });
  });
}

check('a program, which has no origin', '', { isAllowed: true });
check('a page of the same host', 'http://metrics.example.com:8000', { isAllowed: true });
check('a page that came by TLS from a proxy', 'https://metrics.example.com', {
  host: 'metrics.example.com',
  isAllowed: true,
});
check('a page whose proxy renamed the host and says so', 'https://metrics.example.com', {
  host: '127.0.0.1:8000',
  forwardedHost: 'metrics.example.com',
  isAllowed: true,
});
check(
  'a page behind two proxies, which each add the host that was asked for',
  'https://metrics.example.com',
  {
    host: '127.0.0.1:8000',
    forwardedHost: 'metrics.example.com, inner.example.com',
    isAllowed: true,
  },
);
check('a page of the host by which one proxy calls the next', 'https://inner.example.com', {
  host: '127.0.0.1:8000',
  forwardedHost: 'metrics.example.com, inner.example.com',
  isAllowed: false,
});
check('a page whose proxy renamed the host in silence', 'https://metrics.example.com', {
  host: '127.0.0.1:8000',
  isAllowed: false,
});
check('a page of another host', 'https://evil.example', { isAllowed: false });
check('a page of another port', 'http://metrics.example.com:9000', { isAllowed: false });
check('a host that only begins alike', 'http://metrics.example.com.evil.example:8000', { isAllowed: false });
check('a page of this machine where the request came to this machine', 'http://localhost:3000', {
  host: '127.0.0.1:8000',
  isAllowed: true,
});
check('a page of this machine by the address of version 6', 'http://[::1]:3000', {
  host: 'localhost:8000',
  isAllowed: true,
});
check('a page of another host where the request came to this machine', 'https://evil.example', {
  host: 'localhost:8000',
  isAllowed: false,
});
check('a name that only looks like this machine', 'https://localhost.evil.example', {
  host: 'localhost:8000',
  isAllowed: false,
});
check('a page of the reader’s own machine anywhere else', 'http://localhost:3000', { isAllowed: false });
check('a file', 'null', { isAllowed: false });
check('a file where files are allowed', 'null', { allowed: ['null'], isAllowed: true });
check('what is no origin', 'http://', { isAllowed: false });
check('a request without a host', 'https://evil.example', { host: '', isAllowed: false });
check('an origin of the list', 'https://App.example.com', {
  allowed: ['https://app.example.com'],
  isAllowed: true,
});
check('an origin of the list with the port of its scheme', 'https://app.example.com', {
  allowed: ['https://App.example.com:443'],
  isAllowed: true,
});
check('an origin of the list with letters that are not ASCII', 'https://xn--bcher-kva.example', {
  allowed: ['https://bücher.example'],
  isAllowed: true,
});
check('a browser’s extension of the list', 'chrome-extension://abcdef', {
  allowed: ['chrome-extension://abcdef'],
  isAllowed: true,
});
check('another extension', 'chrome-extension://fedcba', {
  allowed: ['chrome-extension://abcdef'],
  isAllowed: false,
});
check('an origin that is not of the list', 'https://app.example.com:8443', {
  allowed: ['https://app.example.com'],
  isAllowed: false,
});
check('any origin where all are allowed', 'https://evil.example', { allowed: ['*'], isAllowed: true });

test('OriginCheck.headersFor() shows answers to pages of the list, and tells caches that it depends', () => {
  const origin = 'https://app.example.com';
  const nameOf = (allowed: string[], from: string): string | undefined =>
    new OriginCheck(allowed).headersFor(from)['Access-Control-Allow-Origin'];
  assert.deepEqual(new OriginCheck([]).headersFor(origin), {});
  assert.equal(nameOf([origin], origin), origin);
  assert.equal(nameOf(['*'], origin), '*');
  assert.deepEqual(new OriginCheck([origin]).headersFor('https://evil.example'), { Vary: 'Origin' });
  assert.deepEqual(new OriginCheck([origin]).headersFor(''), { Vary: 'Origin' });
});
