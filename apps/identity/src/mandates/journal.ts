import type { MandateGround } from '@cups/application';
import { resourceName } from '@cups/contracts';
import { createJournal } from '@cups/store';
import type { JournalEntry, NewEvent } from '@cups/store';
import type { CodeAct, MandateEvent, MandateFields, MandateStep } from '../domain/mandate.ts';

/** Entries of mandates for the journal: one for each grant, code that was issued or confirmed, revocation and end. */

const journalEntry = createJournal('identity');

type Act = Pick<JournalEntry, 'action' | 'actor' | 'ground'>;

const GROUNDS: Record<MandateGround, JournalEntry['ground']> = {
  'present-and-signing': 'own-presence',
  mpower: 'mpower',
  notarial: 'notarial',
  guardianship: 'guardianship',
  kinship: 'kinship',
};

/** @param mandate after the event */
export function entryOfMandate(mandate: MandateFields, kind: MandateEvent): NewEvent {
  const name = resourceName('mandates', mandate._id);
  return journalEntry({
    document: name,
    key: mandate._id,
    resource: name,
    centre: mandate.centre,
    ...actOf(mandate, kind),
    result: mandate.state,
  });
}

function actOf({ _id, ground, grantedBy, revocations, supportingCode }: MandateFields, kind: MandateEvent): Act {
  switch (kind) {
    case 'code-requested':
      return { action: 'send-mandate-code', actor: supportingCode?.sentBy ?? grantedBy, ground: 'session' };
    case 'granted':
      return { action: 'grant-mandate', actor: grantedBy, ground: GROUNDS[ground] };
    case 'revoked':
      // A person who grants a mandate may end it: the mandate itself is the ground.
      return { action: 'revoke-mandate', actor: revocations.at(-1)!.actor, ground: `mandates/${_id}` };
    case 'expired':
      return { action: 'expire-mandate', actor: 'services/identity', ground: 'platform-rule' };
  }
}

const CODE_ACTIONS: Record<CodeAct, JournalEntry['action']> = {
  'own-code-issued': 'issue-mandate-code',
  'code-printed': 'print-mandate-code',
  'code-confirmed': 'confirm-mandate-code',
};

/** Returns the entry of what an operator did with codes of a mandate. */
export function entryOfCodeAct(
  { _id, centre, state }: Pick<MandateFields, '_id' | 'centre' | 'state'>,
  { kind, operator }: NonNullable<MandateStep<unknown>['codeAct']>,
): NewEvent {
  const name = resourceName('mandates', _id);
  const act: Act = { action: CODE_ACTIONS[kind], actor: operator, ground: 'session' };
  return journalEntry({ document: name, key: _id, resource: name, centre, ...act, result: state });
}

/** Why the people of a mandate are erased. */
export type ErasureGround = 'retention-rule' | 'person-request';

/** Returns the entry of the erasure of the people of a mandate. */
export function entryOfErasure(
  { _id, centre }: Pick<MandateFields, '_id' | 'centre'>,
  ground: ErasureGround,
): NewEvent {
  const name = resourceName('mandates', _id);
  const act = { action: 'erase-mandate', actor: 'services/identity', ground } as const;
  return journalEntry({ document: name, key: _id, resource: name, centre, ...act, result: 'erased' });
}
