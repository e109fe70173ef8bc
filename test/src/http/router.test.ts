import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MillraceError } from '../../../src/errors.js';
import { Router } from '../../../src/http/router.js';

function router(): Router<string> {
  const made = new Router<string>();
  made.add('GET', '/', 'root');
  made.add('GET', '/api/metrics', 'list');
  made.add('GET', '/api/metrics/{metric}', 'series');
  made.add('GET', '/api/metrics/{metric}/latest', 'latest');
  made.add('GET', '/api/metrics/alerts', 'alerts');
  made.add('GET', '/api/metrics/alerts/active', 'active');
  made.add('POST', '/api/metrics/alerts/{id}/acknowledge', 'acknowledge');
  made.add('PUT', '/api/metrics/wedding/{id}/event', 'event');
  return made;
}

test('find() prefers literals and goes back when they end nowhere', () => {
  const made = router();
  const check = (path: string, target: string, metric?: string): void =>
    assert.deepEqual(
      made.find('GET', path),
      { target, parameters: new Map(metric === undefined ? [] : [['metric', metric]]) },
      path,
    );
  check('/', 'root');
  check('/api/metrics', 'list');
  check('/api/metrics/cpu', 'series', 'cpu');
  check('/api/metrics/alerts', 'alerts');
  check('/api/metrics/alerts/active', 'active');
  check('/api/metrics/alerts/latest', 'latest', 'alerts');
  check('/api/metrics/a%2Fb%20%C3%A4/latest', 'latest', 'a/b ä');
  check('/api/metrics/%7Bx%7D', 'series', '{x}');
  assert.deepEqual(made.find('POST', '/api/metrics/alerts/7/acknowledge'), {
    target: 'acknowledge',
    parameters: new Map([['id', '7']]),
  });
  assert.equal(made.find('HEAD', '/api/metrics').target, 'list');
});

test('find() throws 404, 405 and 400', () => {
  const made = router();
  const check = (method: string, path: string, code: string): void =>
    assert.throws(
      () => made.find(method, path),
      (error) => error instanceof MillraceError && error.code === code,
      path,
    );
  check('GET', '/nowhere', 'MR_UNKNOWN_PATH');
  check('GET', '/api', 'MR_UNKNOWN_PATH');
  check('GET', '/api/metrics/', 'MR_UNKNOWN_PATH');
  check('GET', '/api/metrics/a/b', 'MR_UNKNOWN_PATH');
  check('POST', '/api/metrics', 'MR_METHOD_NOT_ALLOWED');
  check('PATCH', '/api/metrics/wedding/1/event', 'MR_METHOD_NOT_ALLOWED');
  check('GET', '/api/metrics/%E0%A4%A', 'MR_BAD_PARAMETER');
});

test('allowed() lists methods with HEAD and OPTIONS', () => {
  assert.deepEqual(router().allowed('/api/metrics'), ['GET', 'HEAD', 'OPTIONS']);
  assert.deepEqual(router().allowed('/api/metrics/wedding/1/event'), ['OPTIONS', 'PUT']);
});
