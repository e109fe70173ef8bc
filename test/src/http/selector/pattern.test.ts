import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { PATTERN_WORK_AT_ONCE } from '../../../../src/http/limits.js';
import { compilePattern } from '../../../../src/http/selector/pattern.js';
import { PatternError } from '../../../../src/http/selector/pattern-parser.js';

test('matches() gives what RegExp gives, anchored, when the pattern is in both syntaxes', () => {
  const atom = fc.constantFrom(
    'a',
    'b',
    '.',
    '[ab]',
    '[^a]',
    '\\d',
    '\\w',
    '[a-c1]',
    '\\.',
    '^',
    '$',
    'ä',
    '\\S',
    '[\\d-]',
    '[]x]'.replace(']x]', 'x]'),
  );
  const node: fc.Memo<string> = fc.memo((depth) =>
    depth <= 1
      ? atom
      : fc.oneof(
          atom,
          fc.array(node(depth - 1), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('')),
          fc.tuple(node(depth - 1), node(depth - 1)).map(([a, b]) => `(?:${a}|${b})`),
          fc
            .tuple(node(depth - 1), fc.constantFrom('*', '+', '?', '{2}', '{0,2}', '{1,}', '*?', '+?'))
            .map(([a, count]) => `(${a})${count}`),
        ),
  );
  const value = fc.string({
    unit: fc.constantFrom('a', 'b', 'c', '1', '-', '.', 'ä', 'x', '\n', '😀'),
    maxLength: 8,
  });
  fc.assert(
    fc.property(node(4), fc.array(value, { minLength: 1, maxLength: 4 }), (pattern, values) => {
      const own = compilePattern(pattern);
      const other = new RegExp(`^(?:${pattern})$`, 'su');
      // RegExp's $ without the flag m is the end.
      for (const each of values)
        assert.equal(own.matches(each), other.test(each), `${pattern} on ${JSON.stringify(each)}`);
    }),
    { numRuns: 4000 },
  );
});

test('matches() takes the syntax that people write in selectors', () => {
  const check = (pattern: string, value: string, expected: boolean): void =>
    assert.equal(compilePattern(pattern).matches(value), expected, `${pattern} on ${value}`);
  check('web-.*', 'web-1', true);
  check('web-.*', 'my-web-1', false);
  check('web', 'web-1', false);
  check('a|bc', 'bc', true);
  check('a|bc', 'ac', false);
  check('', '', true);
  check('', 'x', false);
  check('.+', '', false);
  check('(?i)WEB-[a-c]', 'web-B', true);
  check('(?s)a.b', 'a\nb', true);
  check('a.b', 'a\nb', true);
  check('.*', 'a\n', true);
  check('(?-s)a.b', 'a\nb', false);
  check('(?i-s)A.b', 'axb', true);
  check('(?i-s)A.b', 'a\nb', false);
  check('[[:alpha:]]+[[:digit:]]', 'abc1', true);
  check('x{,2}', 'x{,2}', true);
  check('(?P<name>a)', 'a', true);
  check('\\x41\\x{1F600}', 'A😀', true);
  check('[^a]', '😀', true);
});

test('matches() takes linear time when backtracking would take for ever', () => {
  const value = `${'a'.repeat(1000)}!`;
  const startedMs = performance.now();
  for (const pattern of [
    '(a+)+',
    '(a*)*b',
    '(a|aa)+',
    '(.*)(.*)(.*)(.*)(.*)x',
    '([a-z]+)*[a-z]',
    '(a?){500}a{500}',
  ]) {
    assert.equal(compilePattern(pattern).matches(value), false, pattern);
  }
  assert.ok(performance.now() - startedMs < 3000);
});

test('compilePattern() refuses what has no bound, and says where', () => {
  const check = (pattern: string, message: RegExp): void =>
    assert.throws(
      () => compilePattern(pattern),
      (error) => error instanceof PatternError && message.test(error.message),
      pattern,
    );
  check('(a', /no \), at character 1/);
  check('a)', /unmatched \), at character 2/);
  check('[a', /no \], at character 1/);
  check('*a', /nothing stands before \*, at character 1/);
  check('a**', /needs a group/);
  check('(a)\\1', /\\1 is not known/);
  check('a(?=b)', /look-around/);
  check('a(?<!b)', /look-around/);
  check('a{1001}', /from 0 to 1000/);
  check('a{3,2}', /the smaller number first/);
  check('((a{100}){100}){100}', /more than 2000 states/);
  check('(((((){1000}){1000}){1000}){1000}){1000}', /more than 2000 states/);
  check('[z-a]', /not before its first/);
  check('a\\', /backslash at the end/);
  check('a'.repeat(1001), /at most 1000/);
});

test('matches() remembers some hundred KiB of states, however large each is', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const texts = Array.from({ length: 40 }, (_, seed) =>
    Array.from({ length: 500 }, (_, i) =>
      (Math.imul(seed * 500 + i + 1, 0x9e3779b1) >>> 31) & 1 ? 'a' : 'b',
    ),
  ).map((characters) => characters.join(''));
  collect();
  const before = process.memoryUsage().heapUsed;
  // Each set of states has hundreds of them, and nearly each character leads to another set.
  const patterns = Array.from({ length: 8 }, (_, i) => compilePattern(`[ab]*a[ab]{${990 - i}}`));
  for (const pattern of patterns) for (const text of texts) pattern.matches(text);
  collect();
  const mib = (process.memoryUsage().heapUsed - before) / 2 ** 20;
  assert.ok(mib < 16, `${mib} MiB of ${patterns.length} patterns`);
});

test('valuesAtOnce is the less the more a value may take', () => {
  assert.equal(compilePattern('web-1|web-2').valuesAtOnce, PATTERN_WORK_AT_ONCE);
  assert.ok(compilePattern('web-.*').valuesAtOnce > 100);
  assert.equal(compilePattern('[ab]*a[ab]{1000}[ab]{900}').valuesAtOnce, 1);
});

test('matches() stays right when its states are forgotten', () => {
  // 2^12 sets of states, four times as many as are remembered.
  const pattern = compilePattern('[ab]*a[ab]{12}');
  const other = /^[ab]*a[ab]{12}$/;
  let state = 1;
  for (let i = 0; i < 3000; i++) {
    let value = '';
    for (let k = 0; k < 30; k++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      value += state > 2 ** 31 ? 'a' : 'b';
    }
    assert.equal(pattern.matches(value), other.test(value));
  }
});
