import { describe, expect, test } from '@jest/globals';
import { idnp } from '@cups/tools/filings';
import { CANARIES, findPersonalData } from '../pii-scan.ts';

describe('findPersonalData', () => {
  test.each(CANARIES)('detects %s without repeating it', (canary) => {
    const found = findPersonalData(`{"event":"call","reason":"${canary}"}`);
    expect(found).toHaveLength(1);
    expect(found[0]).not.toContain(canary);
  });

  test('detects a personal number between other characters', () => {
    expect(findPersonalData(`field ${idnp(7)}.`)).toEqual(['a personal number']);
    expect(findPersonalData(`{"idnp":"${idnp(12345)}"}`)).toEqual(['a personal number']);
  });

  test('ignores digits that are not a personal number', () => {
    const wrong = `${idnp(7).slice(0, -1)}${(Number(idnp(7).at(-1)) + 1) % 10}`;
    expect(findPersonalData(`${wrong} a${idnp(7)} ${idnp(7)}1 01M886SF1XZ6E82HQA0QRH1BZD`)).toEqual([]);
  });

  test('lists each kind once', () => {
    expect(findPersonalData(`${CANARIES[0]} ${CANARIES[0]} ${idnp(1)}`)).toEqual(['canary 1', 'a personal number']);
  });
});
