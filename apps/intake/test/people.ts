import { idnp } from '@cups/testing';
import type { Content } from '@cups/application';
import type { Application, ServiceVersion } from '../src/domain/application.ts';
import type { Actor, NewApplication } from '../src/domain/acts.ts';
import { draft } from '../src/domain/acts.ts';
import type { WorkingTime } from '../src/domain/terms.ts';

/** Synthetic content for the tests of the domain. */

export const NOW = new Date('2026-03-10T09:00:00Z');

export const VERSION: ServiceVersion = {
  _id: 'civil-status-extract@1:0000',
  publicService: 'publicServices/civil-status-extract',
  version: '1',
  title: { ro: 'Extras', ru: 'Выписка', en: 'Extract' },
  agency: 'agencies/asp',
  evidence: [{ kind: 'identity-document', required: true }],
  costOptions: [
    { code: 'normal', centreKinds: [], term: { amount: 10, unit: 'working-days', from: 'submission' } },
    { code: 'paid', centreKinds: [], term: { amount: 1, unit: 'working-days', from: 'payment' } },
    { code: 'open', centreKinds: [] },
    { code: 'abroad', centreKinds: ['mission'] },
  ],
  form: {},
};

/** Of an agency as most of them are, without a day off in the years of the tests. */
export const WORKING: WorkingTime = {
  timeZone: 'Europe/Chisinau',
  days: new Set([1, 2, 3, 4, 5]),
  opens: { hour: 8, minute: 0 },
  closes: { hour: 17, minute: 0 },
  off: new Map([2026, 2027].map((year) => [year, new Set<string>()])),
};

export function content(more: Partial<Content> = {}): Content {
  return {
    applicant: { idnp: idnp(1), givenName: 'Test', familyName: 'Testescu', birthDate: '1950-01-02', language: 'ro' },
    contact: { none: true },
    mandate: { kind: 'own-presence' },
    answers: { act: 'birth' },
    evidence: [{ kind: 'identity-document', number: 'B00000001', originalSeen: true }],
    costOption: 'normal',
    delivery: { kind: 'at-centre' },
    ...more,
  };
}

export const ACTOR: Actor = {
  by: 'operators/cu-001-specialist',
  roles: ['specialist'],
  centre: 'centres/CU-001',
  now: NOW,
  cause: '0b7a1c9e-0000-4000-8000-000000000001',
};

export function newDraft(more: Partial<NewApplication> = {}): Application {
  const fields = draft(
    {
      id: '01J00000000000000000000001',
      centre: 'centres/CU-001',
      centreName: 'Lozova',
      centreKind: 'town-hall',
      trackingNumber: '0000-0000-0000-00',
      version: VERSION,
      content: content(),
      ...more,
    },
    ACTOR,
  );
  return { ...fields, schemaVersion: 2, revision: 1, eventSeq: 0, createTime: NOW, updateTime: NOW };
}
