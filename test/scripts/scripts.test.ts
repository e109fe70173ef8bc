import assert from 'node:assert/strict';
import { basename } from 'node:path';
import { describe, it, test } from 'node:test';
import { filesBelow } from '../style/source-files.js';
import { checkAnswer } from './check-answer.js';
import { type Ask, parseScript, type Step } from './script.js';
import { ScriptEngine } from './script-engine.js';

const scripts = filesBelow('test/scripts', '.txt').map(({ path, text }) => {
  return { name: basename(path, '.txt'), steps: parseScript(text) };
});

for (const { name, steps } of scripts) {
  describe(`script ${name}`, () => {
    const engine = new ScriptEngine();
    it('starts', () => engine.start());
    for (const step of steps) {
      if (step.kind === 'ask') it(titleOf(step.ask), () => check(engine, step.ask));
      else it(step.kind, () => engine.change(step));
    }
    it('stops', () => engine.close());
  });
}

test('meaning is pinned by at least 150 cases', () => {
  const cases = scripts.flatMap(({ steps }) => steps.filter(({ kind }) => kind === 'ask'));
  assert.ok(cases.length >= 150, `only ${cases.length} cases`);
});

function titleOf({ line, method, path }: Ask): string {
  return `${line}: ${method} ${decodeURIComponent(path)}`;
}

async function check(engine: ScriptEngine, ask: Ask): Promise<void> {
  const { status, answer } = await engine.ask(ask);
  assert.equal(status, ask.status, `line ${ask.line}: ${JSON.stringify(answer)}`);
  for (const expectation of ask.expectations) checkAnswer(answer, expectation);
}

test('a script that is no script is refused with its line', () => {
  assert.throws(() => parseScript('load\n  cpu 1\n'), /line 2: expected SERIES TIME/);
  assert.throws(() => parseScript('now 2024-01-01T00:00:00Z\nask GET /x\n'), /line 2: a case without expect/);
  assert.throws(() => parseScript('forget'), /line 1: expected now, load/);
});

test('an answer that is another fails its case', () => {
  const [, step] = parseScript('now 2024-01-01T00:00:00Z\nask GET /x\nexpect\n  a[].b [1,2.5]') as [
    Step,
    Step,
  ];
  assert.ok(step.kind === 'ask');
  const [expectation] = step.ask.expectations;
  checkAnswer({ a: [{ b: 1 }, { b: 2.5 }] }, expectation!);
  assert.throws(() => checkAnswer({ a: [{ b: 1 }, { b: 2.6 }] }, expectation!), /line 4/);
  assert.throws(() => checkAnswer({ a: [{ b: 1 }] }, expectation!), /line 4/);
});
