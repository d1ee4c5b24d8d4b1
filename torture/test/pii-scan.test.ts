import { describe, expect, test } from '@jest/globals';
import { idnp } from '@cups/tools/filings';
import { CANARIES, findPersonalData } from '../pii-scan.ts';

describe('what is personal in a text', () => {
  test.each(CANARIES)('%s is found, and not told', (canary) => {
    const found = findPersonalData(`{"event":"call","reason":"${canary}"}`);
    expect(found).toHaveLength(1);
    expect(found[0]).not.toContain(canary);
  });

  test('a personal number is found wherever it stands alone', () => {
    expect(findPersonalData(`field ${idnp(7)}.`)).toEqual(['a personal number']);
    expect(findPersonalData(`{"idnp":"${idnp(12345)}"}`)).toEqual(['a personal number']);
  });

  test('digits that are no personal number are nothing', () => {
    const wrong = `${idnp(7).slice(0, -1)}${(Number(idnp(7).at(-1)) + 1) % 10}`;
    expect(findPersonalData(`${wrong} a${idnp(7)} ${idnp(7)}1 01M886SF1XZ6E82HQA0QRH1BZD`)).toEqual([]);
  });

  test('several kinds are told, each once', () => {
    expect(findPersonalData(`${CANARIES[0]} ${CANARIES[0]} ${idnp(1)}`)).toEqual(['canary 1', 'a personal number']);
  });
});
