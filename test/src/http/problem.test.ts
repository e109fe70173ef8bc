import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MillraceError } from '../../../src/errors.js';
import { asMillraceError, problemHeaders, problemOf, problemType } from '../../../src/http/problem.js';

test('problemOf() has the members of RFC 9457, the code, and what came with the error', () => {
  const error = new MillraceError('MR_BAD_PARAMETER', 'limit must be ...', {
    fields: { parameter: 'limit' },
  });
  assert.deepEqual(problemOf(error), {
    type: 'urn:millrace:problem:bad-parameter',
    title: 'Bad parameter',
    status: 400,
    detail: 'limit must be ...',
    code: 'MR_BAD_PARAMETER',
    parameter: 'limit',
  });
  assert.equal(problemType('MR_UNSUPPORTED_MEDIA_TYPE'), 'urn:millrace:problem:unsupported-media-type');
});

test('problemHeaders() says when to try again in whole seconds, one at least', () => {
  const check = (retryAfterMs: number | undefined, seconds: string): void => {
    const error = new MillraceError('MR_BUSY', '', retryAfterMs === undefined ? {} : { retryAfterMs });
    assert.equal(problemHeaders(error)['Retry-After'], seconds);
  };
  check(0, '1');
  check(20, '1');
  check(1001, '2');
  check(undefined, '1');
  assert.deepEqual(problemHeaders(new MillraceError('MR_BAD_BODY', '')), {});
});

test('asMillraceError() hides what is not coded and keeps it as the cause', () => {
  const inner = new TypeError('x is undefined');
  const error = asMillraceError(inner);
  assert.equal(error.code, 'MR_INTERNAL');
  assert.equal(error.cause, inner);
  assert.doesNotMatch(error.message, /undefined/);
});
