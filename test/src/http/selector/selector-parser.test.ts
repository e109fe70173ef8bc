import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
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
