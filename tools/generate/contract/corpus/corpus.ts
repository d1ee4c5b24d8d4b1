import { REFUSALS } from '@cups/agency-contract';
import type { CorpusCase } from '@cups/agency-contract/corpus';
import { CONTENT_CASES, ENVELOPE_CASES, CAUSES_WITHOUT_DELIVERY } from './by-contract.ts';
import { PLATFORM_CASES } from './by-platform.ts';

/** The corpus of invalid replies, each a valid one with one error, and the platform's reaction. */

type ExpectedResult = CorpusCase['expect'];

/** `judgedBy` is the name of 1.0 and 1.1; version 2 drops it. */
const detectedBy = (value: CorpusCase['detectedBy']) => ({ detectedBy: value, judgedBy: value });

/** @returns the cases by file name */
export function buildCorpus(): Record<string, CorpusCase> {
  const plain = [...ENVELOPE_CASES, ...CONTENT_CASES].map(([name, title, cause, violations, message]): CorpusCase => {
    const about = CAUSES_WITHOUT_DELIVERY.includes(name) ? 'agency' : 'delivery';
    const expect: ExpectedResult = { handling: REFUSALS[cause].handling, cause, about };
    if (violations) expect.violations = violations;
    return { name, title, ...detectedBy('contract'), stage: 'in-work', before: [], message, expect };
  });
  const known = PLATFORM_CASES.map(([name, title, cause, violations, message, more = {}]): CorpusCase => {
    const { stage = 'in-work', before = [], changes, about = 'delivery' } = more;
    const expect: ExpectedResult = { handling: REFUSALS[cause].handling, cause, about, violations };
    if (changes) expect.changes = changes;
    return { name, title, ...detectedBy('platform'), stage, before, message, expect };
  });
  return Object.fromEntries([...plain, ...known].map((one) => [`${one.name}.json`, one]));
}
