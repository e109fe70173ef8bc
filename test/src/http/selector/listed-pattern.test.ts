import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PATTERN_LENGTH_MAX } from '../../../../src/http/limits.js';
import { plainTexts } from '../../../../src/http/selector/listed-pattern.js';
import { compilePattern, type Pattern } from '../../../../src/http/selector/pattern.js';

/** The same with ends that it has anyhow: what says so becomes an automaton. */
function automatonOf(text: string): Pattern {
  const automaton = compilePattern(`^(?:${text})$`);
  assert.equal(automaton.literals, undefined);
  return automaton;
}

const words = fc.stringMatching(/^[a-c_\-:/ 0-1]{1,4}$/);
const values = fc.oneof(words, fc.string({ maxLength: 5 }), fc.constantFrom('', 'ä', '\u00e4a', 'a|b'));

function checkSame(listed: Pattern, automaton: Pattern, texts: readonly string[]): void {
  for (const value of texts) {
    assert.equal(listed.matches(value), automaton.matches(value), value);
    const bytes = Buffer.from(`<${value}>`);
    const [start, end] = [1, bytes.length - 1];
    assert.equal(listed.matchesUtf8(bytes, start, end), automaton.matchesUtf8(bytes, start, end), value);
  }
}

test('a plain list says of every text what the automaton says', () => {
  fc.assert(
    fc.property(fc.array(words, { minLength: 1, maxLength: 6 }), fc.array(values), (texts, others) => {
      const text = texts.join('|');
      const listed = compilePattern(text);
      assert.deepEqual(listed.literals, [...new Set(texts)]);
      const automaton = automatonOf(text);
      assert.equal(listed.prefix, automaton.prefix);
      checkSame(listed, automaton, [...texts, ...others]);
    }),
  );
});

test('a pattern that has few texts says of each what the automaton says', () => {
  const { pattern } = fc.letrec<{ pattern: string; part: string }>((tie) => ({
    pattern: fc.array(tie('part'), { minLength: 1, maxLength: 3 }).map((parts) => parts.join('')),
    part: fc.oneof(
      fc.constantFrom('a', 'b', 'ä', '\\.', '[ab]', '[b-d]', 'c?', '[aä]?', ''),
      fc.array(tie('pattern'), { minLength: 1, maxLength: 3 }).map((ways) => `(${ways.join('|')})`),
    ),
  }));
  fc.assert(
    fc.property(pattern, fc.array(fc.stringMatching(/^[a-dä.]{0,4}$/)), (text, others) => {
      const listed = compilePattern(text);
      if (listed.literals === undefined) return;
      // What every text begins with is known better from the texts themselves.
      for (const literal of listed.literals) assert.ok(literal.startsWith(listed.prefix), literal);
      checkSame(listed, automatonOf(text), [...listed.literals.slice(0, 20), ...others]);
    }),
  );
});

test('plainTexts() leaves everything that has a meaning of its own, and what is too long', () => {
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
    assert.equal(plainTexts(text), undefined, text);
  }
  assert.notEqual(plainTexts('a'.repeat(PATTERN_LENGTH_MAX)), undefined);
  assert.equal(plainTexts('a'.repeat(PATTERN_LENGTH_MAX + 1)), undefined);
});
