import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closeReason } from '../../../src/http/close-reason.js';

function check(title: string, text: string, expected: string): void {
  test(`closeReason() ${title}`, () => assert.equal(closeReason(text), expected));
}

check('keeps what fits', 'x'.repeat(123), 'x'.repeat(123));
check('cuts what does not', 'x'.repeat(124), 'x'.repeat(123));
check('cuts between characters of two bytes', 'é'.repeat(62), 'é'.repeat(61));
check('cuts in front of a character that has begun', `${'x'.repeat(122)}€`, 'x'.repeat(122));
check('keeps a character of four bytes whole', `${'x'.repeat(119)}😀😀`, `${'x'.repeat(119)}😀`);
