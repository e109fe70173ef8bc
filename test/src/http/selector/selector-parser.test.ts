import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MATCHERS_MAX, SELECTOR_LENGTH_MAX } from '../../../../src/http/limits.js';
import type { LabelMatcher } from '../../../../src/http/ports.js';
import { parseSelector, SelectorError } from '../../../../src/http/selector/selector-parser.js';

test('parseSelector() reads the syntax of PromQL', () => {
  const check = (text: string, ...matchers: [string, LabelMatcher['op'], string][]): void =>
    assert.deepEqual(
      parseSelector(text),
      matchers.map(([label, op, value]) => ({ label, op, value })),
      text,
    );
  check('{host=~"web-.*",region!="eu"}', ['host', '=~', 'web-.*'], ['region', '!=', 'eu']);
  check('cpu_usage', ['__name__', '=', 'cpu_usage']);
  check('api.latency{host="a"}', ['__name__', '=', 'api.latency'], ['host', '=', 'a']);
  check(' { a = "b" , c !~ "d" , } ', ['a', '=', 'b'], ['c', '!~', 'd']);
  check('{}');
  check('m{}', ['__name__', '=', 'm']);
  check(
    '{"my metric", "label.with spaces"="x"}',
    ['__name__', '=', 'my metric'],
    ['label.with spaces', '=', 'x'],
  );
  check("{a='it\\'s'}", ['a', '=', "it's"]);
  check('{a=`\\d+`}', ['a', '=', '\\d+']);
  check('{a="\\u00e4\\x41\\n\\\\"}', ['a', '=', 'äA\n\\']);
  check('{a="}",b=","}', ['a', '=', '}'], ['b', '=', ',']);
  check('{a=""}', ['a', '=', '']);
  check('{__name__=~"cpu.*"}', ['__name__', '=~', 'cpu.*']);
});

test('parseSelector() says where the fault is', () => {
  const check = (text: string, position: number, message: RegExp): void =>
    assert.throws(
      () => parseSelector(text),
      (error) => {
        assert.ok(error instanceof SelectorError);
        assert.equal(error.position, position, `${text}: ${error.message}`);
        assert.match(error.message, message);
        return true;
      },
    );
  check('', 1, /expected a metric name or \{, got the end/);
  check('{a="b"', 7, /expected , or \}, got the end/);
  check('{a}', 3, /expected =, !=, =~ or !~, got "}"/);
  check('{a==“b”}', 4, /expected a quoted value, got "="/);
  check('{a="b}', 4, /no closing quote/);
  check('{a="\\q"}', 5, /unknown escape \\q/);
  check('{a="b" c="d"}', 8, /expected , or \}/);
  check('{="b"}', 2, /expected a label name/);
  check('{a="b"}x', 8, /expected the end/);
  check('{a=~"(b"}', 5, /not usable: a group has no \), at character 1 of the pattern/);
  check('{a=~"(?=b)"}', 5, /look-around/);
});

test('parseSelector() compiles no more patterns than a request may have, however long its text is', () => {
  const check = (text: string, position: number, message: RegExp): void =>
    assert.throws(
      () => parseSelector(text),
      (error) => error instanceof SelectorError && error.position === position && message.test(error.message),
    );
  const conditions = (count: number, value = ''): string =>
    `{${Array.from({ length: count }, () => `a=~"${value}"`).join(',')}}`;
  assert.equal(parseSelector(conditions(MATCHERS_MAX)).length, MATCHERS_MAX);
  const more = conditions(MATCHERS_MAX + 1);
  check(more, more.length - 'a=~""}'.length + 1, /at most 64 conditions/);
  const longest = `{a="${'b'.repeat(SELECTOR_LENGTH_MAX - 6)}"}`;
  assert.equal(parseSelector(longest).length, 1);
  check(`${longest} `, SELECTOR_LENGTH_MAX + 1, /at most 16384 characters, this one 16385/);
});

test('parseSelector() survives any text', () => {
  const piece = fc.oneof(
    fc.constantFrom('{', '}', '=', '~', '!', '"', "'", '`', ',', '\\', 'a', '(', '[', '*', ' '),
    fc.string({ maxLength: 3 }),
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 15 }).map((pieces) => pieces.join('')),
      (text) => {
        try {
          parseSelector(text);
        } catch (error) {
          assert.ok(error instanceof SelectorError, String(error));
        }
      },
    ),
    { numRuns: 3000 },
  );
});

test('parseSelector() reads back any value that JSON quotes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (value) => {
      assert.deepEqual(parseSelector(`{a=${JSON.stringify(value)}}`), [{ label: 'a', op: '=', value }]);
    }),
  );
});
