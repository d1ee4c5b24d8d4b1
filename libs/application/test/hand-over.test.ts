import { describe, expect, test } from '@jest/globals';
import { validateHandOverRecord, validateOutcome } from '../src/index.ts';
import type { HandOver, Outcome } from '../src/index.ts';

const describeViolations = (violations: { field: string; rule: string }[]) =>
  violations.map(({ field, rule }) => `${field} ${rule}`);

describe('validateHandOverRecord', () => {
  const valid = { collectedBy: 'applicant', idDocumentKind: 'identity-document', idDocumentNumber: 'B00000001' };

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
      { collectedBy: 'representative', idDocumentNumber: undefined },
      ['/collectorName REQUIRED', '/idDocumentNumber REQUIRED', '/ground/reference REQUIRED'],
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
    ['an absent document number', { idDocumentNumber: undefined }, []],
    ['an empty collector', { collectedBy: '' }, ['/collectedBy ONE_OF']],
    ['an unknown collector', { collectedBy: 'neighbour' }, ['/collectedBy ONE_OF']],
    ['an absent document kind', { idDocumentKind: '' }, ['/idDocumentKind CODE']],
    ['a document kind that is not a code', { idDocumentKind: 'Identity document' }, ['/idDocumentKind CODE']],
    ['an overlong document kind', { idDocumentKind: 'a'.repeat(65) }, ['/idDocumentKind MAX_LENGTH']],
    ['a document number of two lines', { idDocumentNumber: 'B1\nzz' }, ['/idDocumentNumber CONTROL_CHARACTERS']],
    ['an overlong document number', { idDocumentNumber: 'z'.repeat(501) }, ['/idDocumentNumber MAX_LENGTH']],
    ['an empty record', { collectedBy: '', idDocumentKind: '' }, ['/collectedBy ONE_OF', '/idDocumentKind CODE']],
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
