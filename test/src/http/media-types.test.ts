import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerFormat } from '../../../src/http/media-types.js';

test('answerFormat() takes the offered type of the highest weight', () => {
  const check = (accept: string, format: string): void =>
    assert.equal(answerFormat(accept, ['json', 'msgpack', 'ndjson']), format, accept);
  check('', 'json');
  check('*/*', 'json');
  check('application/json', 'json');
  check('application/msgpack', 'msgpack');
  check('application/x-msgpack', 'msgpack');
  check('application/vnd.msgpack', 'msgpack');
  check('application/x-ndjson', 'ndjson');
  check('application/json;q=0.5, application/msgpack', 'msgpack');
  check('application/json, application/msgpack;q=0.9', 'json');
  check('application/json;q=0, */*;q=0.1', 'msgpack');
  check('text/html,application/xhtml+xml,*/*;q=0.8', 'json');
  check('APPLICATION/MSGPACK; charset=x', 'msgpack');
  check('text/plain', 'json');
});

test('answerFormat() does not give what is not offered', () => {
  assert.equal(answerFormat('application/x-ndjson', ['json', 'msgpack']), 'json');
});
