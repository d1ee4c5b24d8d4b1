import { describe, expect, test } from '@jest/globals';
import { validateHandOverRecord, validateOutcome } from '../src/index.ts';
import type { HandOver, Outcome } from '../src/index.ts';

const describeViolations = (violations: { field: string; rule: string }[]) =>
  violations.map(({ field, rule }) => `${field} ${rule}`);

describe('validateHandOverRecord', () => {
  const valid = { collectedBy: 'applicant', paperKind: 'identity-document', paperNumber: 'B00000001' };

  const REPRESENTATIVE = {
    collectedBy: 'representative',
    collectorName: 'Ion Exemplu',
    ground: { kind: 'power', reference: 'P-2026-1' },
  };

  test.each<[string, object, string[]]>([
    ['a valid record', {}, []],
    ['the represented person', { collectedBy: 'represented' }, []],
    ['a representative with a power', REPRESENTATIVE, []],
    [
      'a representative without details',
      { collectedBy: 'representative', paperNumber: undefined },
      ['/collectorName REQUIRED', '/paperNumber REQUIRED', '/ground/reference REQUIRED'],
    ],
    [
      'a representative on own ground',
      { ...REPRESENTATIVE, ground: { kind: 'own', reference: 'P-1' } },
      ['/ground/kind ONE_OF'],
    ],
    ['an applicant on the ground of the represented person', { ground: { kind: 'represented' } }, []],
    ['an applicant with a power', { ground: { kind: 'power', reference: 'P-1' } }, ['/ground/kind ONE_OF']],
    [
      'the represented person on the ground of representation',
      { collectedBy: 'represented', ground: { kind: 'represented' } },
      ['/ground/kind ONE_OF'],
    ],
    ['an unknown ground', { ground: { kind: 'zz' } }, ['/ground/kind ONE_OF']],
    ['a name of two lines', { collectorName: 'a\nzz' }, ['/collectorName PERSON_NAME']],
    ['an overlong name', { collectorName: 'z'.repeat(201) }, ['/collectorName MAX_LENGTH']],
    [
      'a power of two lines',
      { ...REPRESENTATIVE, ground: { kind: 'power', reference: 'zz\n' } },
      ['/ground/reference CONTROL_CHARACTERS'],
    ],
    ['an absent document number', { paperNumber: undefined }, []],
    ['an empty collector', { collectedBy: '' }, ['/collectedBy ONE_OF']],
    ['an unknown collector', { collectedBy: 'neighbour' }, ['/collectedBy ONE_OF']],
    ['an absent document kind', { paperKind: '' }, ['/paperKind CODE']],
    ['a document kind that is not a code', { paperKind: 'Identity document' }, ['/paperKind CODE']],
    ['an overlong document kind', { paperKind: 'a'.repeat(65) }, ['/paperKind MAX_LENGTH']],
    ['a document number of two lines', { paperNumber: 'B1\nzz' }, ['/paperNumber CONTROL_CHARACTERS']],
    ['an overlong document number', { paperNumber: 'z'.repeat(501) }, ['/paperNumber MAX_LENGTH']],
    ['an empty record', { collectedBy: '', paperKind: '' }, ['/collectedBy ONE_OF', '/paperKind CODE']],
  ])('validates %s', (_name, change, expected) => {
    const handOver = { ...valid, ...change } as HandOver;
    const violations = validateHandOverRecord(JSON.parse(JSON.stringify(handOver)) as HandOver);
    expect(describeViolations(violations)).toEqual(expected);
    expect(JSON.stringify(violations)).not.toMatch(/neighbour|zz|aaaa/);
  });
});

describe('validateOutcome', () => {
  test.each<[string, Outcome, string[]]>([
    ['a need that is met', { needMet: true }, []],
    ['an unmet need with an explanation', { needMet: false, missing: 'The stamp.' }, []],
    ['an unmet need without an explanation', { needMet: false }, ['/missing REQUIRED']],
    ['an unmet need with an empty explanation', { needMet: false, missing: '' }, ['/missing REQUIRED']],
    ['an explanation of two lines', { needMet: false, missing: 'a\nb' }, ['/missing CONTROL_CHARACTERS']],
    ['an overlong explanation', { needMet: true, missing: 'a'.repeat(501) }, ['/missing MAX_LENGTH']],
  ])('validates %s', (_name, outcome, expected) =>
    expect(describeViolations(validateOutcome(outcome))).toEqual(expected),
  );
});
