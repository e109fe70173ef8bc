import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AccessCheck, type AccessTokens } from '../../../src/http/access-check.js';
import type { Access } from '../../../src/http/edge.js';

/** '' where the call is allowed, else the code. */
function verdict(tokens: AccessTokens, access: Access, token: string): string {
  try {
    new AccessCheck(tokens).mustAllow(access, token === '' ? '' : `Bearer ${token}`);
    return '';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

test('mustAllow() asks for the token of its kind when one is configured', () => {
  const check = (
    ingest: string[],
    admin: string[],
    expected: Record<Access, [string, string, string]>,
  ): void => {
    for (const [access, [none, ofIngest, ofAdmin]] of Object.entries(expected)) {
      const actual = ['', 'in', 'ad'].map((token) => verdict({ ingest, admin }, access as Access, token));
      assert.deepEqual(actual, [none, ofIngest, ofAdmin], `${access} with ${ingest}/${admin}`);
    }
  };
  const open: [string, string, string] = ['', '', ''];
  check([], [], { read: open, ingest: open, admin: open });
  check(['in'], [], {
    read: open,
    ingest: ['MR_UNAUTHORIZED', '', 'MR_FORBIDDEN'],
    admin: ['MR_FORBIDDEN', 'MR_FORBIDDEN', 'MR_FORBIDDEN'],
  });
  check([], ['ad'], { read: open, ingest: open, admin: ['MR_UNAUTHORIZED', 'MR_FORBIDDEN', ''] });
  check(['in'], ['ad'], {
    read: open,
    ingest: ['MR_UNAUTHORIZED', '', ''],
    admin: ['MR_UNAUTHORIZED', 'MR_FORBIDDEN', ''],
  });
});
