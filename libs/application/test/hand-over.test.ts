import { describe, expect, test } from '@jest/globals';
import { validateHandOverRecord, validateOutcome } from '../src/index.ts';
import type { HandOver, Outcome } from '../src/index.ts';

const describeViolations = (violations: { field: string; rule: string }[]) =>
  violations.map(({ field, rule }) => `${field} ${rule}`);

describe('the record of a hand-over', () => {
  const right = { collectedBy: 'applicant', paperKind: 'identity-document', paperNumber: 'B00000001' };

  const REPRESENTATIVE = {
    collectedBy: 'representative',
    collectorName: 'Ion Exemplu',
    ground: { kind: 'power', reference: 'P-2026-1' },
  };

  test.each<[string, object, string[]]>([
    ['that is right', {}, []],
    ['to whom is represented', { collectedBy: 'represented' }, []],
    ['to a representative by a power', REPRESENTATIVE, []],
    [
      'to a representative of whom nothing is known',
      { collectedBy: 'representative', paperNumber: undefined },
      ['/collectorName REQUIRED', '/paperNumber REQUIRED', '/ground/reference REQUIRED'],
    ],
    [
      'to a representative whose own it is',
      { ...REPRESENTATIVE, ground: { kind: 'own', reference: 'P-1' } },
      ['/ground/kind ONE_OF'],
    ],
    ['to an applicant for whom it was filed', { ground: { kind: 'represented' } }, []],
    ['to an applicant by a power', { ground: { kind: 'power', reference: 'P-1' } }, ['/ground/kind ONE_OF']],
    [
      'to whom is represented, as somebody else',
      { collectedBy: 'represented', ground: { kind: 'represented' } },
      ['/ground/kind ONE_OF'],
    ],
    ['on a ground that is none', { ground: { kind: 'zz' } }, ['/ground/kind ONE_OF']],
    ['with a name of two lines', { collectorName: 'a\nzz' }, ['/collectorName PERSON_NAME']],
    ['with a name without end', { collectorName: 'z'.repeat(201) }, ['/collectorName MAX_LENGTH']],
    [
      'with a power that breaks the line',
      { ...REPRESENTATIVE, ground: { kind: 'power', reference: 'zz\n' } },
      ['/ground/reference CONTROL_CHARACTERS'],
    ],
    ['without a number of the paper', { paperNumber: undefined }, []],
    ['to nobody', { collectedBy: '' }, ['/collectedBy ONE_OF']],
    ['to a stranger', { collectedBy: 'neighbour' }, ['/collectedBy ONE_OF']],
    ['on no paper', { paperKind: '' }, ['/paperKind CODE']],
    ['on a paper of no code', { paperKind: 'Identity document' }, ['/paperKind CODE']],
    ['on a code that is too long', { paperKind: 'a'.repeat(65) }, ['/paperKind MAX_LENGTH']],
    ['with a number that breaks the line', { paperNumber: 'B1\nzz' }, ['/paperNumber CONTROL_CHARACTERS']],
    ['with a number that is too long', { paperNumber: 'z'.repeat(501) }, ['/paperNumber MAX_LENGTH']],
    ['that says nothing', { collectedBy: '', paperKind: '' }, ['/collectedBy ONE_OF', '/paperKind CODE']],
  ])('%s', (_name, change, wanted) => {
    const handOver = { ...right, ...change } as HandOver;
    const violations = validateHandOverRecord(JSON.parse(JSON.stringify(handOver)) as HandOver);
    expect(describeViolations(violations)).toEqual(wanted);
    expect(JSON.stringify(violations)).not.toMatch(/neighbour|zz|aaaa/);
  });
});

describe('an outcome', () => {
  test.each<[string, Outcome, string[]]>([
    ['with the need met', { needMet: true }, []],
    ['with what is missing', { needMet: false, missing: 'The stamp.' }, []],
    ['without what is missing', { needMet: false }, ['/missing REQUIRED']],
    ['with nothing that is missing', { needMet: false, missing: '' }, ['/missing REQUIRED']],
    ['with two lines', { needMet: false, missing: 'a\nb' }, ['/missing CONTROL_CHARACTERS']],
    ['with too many words', { needMet: true, missing: 'a'.repeat(501) }, ['/missing MAX_LENGTH']],
  ])('%s', (_name, outcome, wanted) => expect(describeViolations(validateOutcome(outcome))).toEqual(wanted));
});
