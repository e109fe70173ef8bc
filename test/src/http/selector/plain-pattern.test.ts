import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PATTERN_LENGTH_MAX } from '../../../../src/http/limits.js';
import { compilePattern } from '../../../../src/http/selector/pattern.js';
import { plainPattern } from '../../../../src/http/selector/plain-pattern.js';

/** The same pattern in brackets is no plain one. */
const general = (text: string) => compilePattern(`(?:${text})`);

const words = fc.stringMatching(/^[a-c_\-:/ 0-1]{1,4}$/);
const values = fc.oneof(words, fc.string({ maxLength: 5 }), fc.constantFrom('', 'ä', '\u00e4a', 'a|b'));

test('plainPattern() says of every text what the automaton says', () => {
  fc.assert(
    fc.property(fc.array(words, { minLength: 1, maxLength: 6 }), fc.array(values), (texts, others) => {
      const text = texts.join('|');
      const plain = plainPattern(text)!;
      const wanted = general(text);
      assert.deepEqual(plain.literals, wanted.literals);
      assert.equal(plain.prefix, wanted.prefix);
      for (const value of [...texts, ...others]) {
        assert.equal(plain.matches(value), wanted.matches(value), value);
        const bytes = Buffer.from(`<${value}>`);
        const [start, end] = [1, bytes.length - 1];
        assert.equal(plain.matchesUtf8(bytes, start, end), wanted.matchesUtf8(bytes, start, end), value);
      }
    }),
  );
});

test('plainPattern() leaves everything that has a meaning of its own, and what is too long, to the automaton', () => {
  for (const text of [
    '',
    'a|',
    '|a',
    'a||b',
    'a.b',
    'a*',
    '(a)',
    'a\\d',
    '^a',
    'a$',
    '[a]',
    'a{2}',
    'ä',
    'a\n',
  ]) {
    assert.equal(plainPattern(text), undefined, text);
  }
  assert.notEqual(plainPattern('a'.repeat(PATTERN_LENGTH_MAX)), undefined);
  assert.equal(plainPattern('a'.repeat(PATTERN_LENGTH_MAX + 1)), undefined);
});
