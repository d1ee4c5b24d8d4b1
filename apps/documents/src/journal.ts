import { hashContent } from '@cups/contracts/node';
import { parseResourceName, resourceName } from '@cups/contracts';
import { centreOf, sessionOf } from '@cups/rpc';
import type { Context } from '@cups/rpc';
import { createJournal } from '@cups/store';
import type { JournalEntry, NewEvent } from '@cups/store';
import type { Hold } from './domain/application-facts.ts';
import type { DocumentEvent } from './domain/document.ts';
import type { DocumentRecord } from './store.ts';

/**
 * Entries of documents for the journal: creation, check, release, acceptance, deletion, erasure and holds. Reads are
 * entries of intake, where the gateway records them before the bytes are sent.
 */

const journalEntry = createJournal('documents');

/** An act that no event reports. */
export type Act = Pick<JournalEntry, 'action' | 'actor' | 'centre' | 'ground'>;

type NewRecord = Pick<DocumentRecord, '_id' | 'application' | 'state' | 'journalSalt' | 'uploadSha256' | 'content'>;

/** Returns the entry of an act on a document. */
export function entryOfAct(document: NewRecord, act: Act): NewEvent {
  const name = resourceName('documents', document._id);
  const key = parseResourceName('applications', document.application);
  return journalEntry({
    document: name,
    key,
    resource: name,
    ...act,
    result: document.state,
    contentHash: hashOf(document),
  });
}

/** Returns the entry of what an event reports. */
export const entryOfEvent = (document: DocumentRecord, kind: DocumentEvent): NewEvent =>
  entryOfAct(document, {
    action: kind === 'erased' ? 'erase-document' : 'check-document',
    actor: 'services/documents',
    ground: kind !== 'erased' ? 'platform-rule' : document.deleteTime ? 'session' : 'retention-rule',
  });

/** The content itself is never in the store: its SHA-256 stands for it. */
const hashOf = ({ journalSalt, content, uploadSha256 }: NewRecord): Uint8Array | undefined =>
  journalSalt === undefined
    ? undefined
    : hashContent(journalSalt, { uploadSha256, ...(content && { sha256: content.sha256 }) });

/** Returns the act of the operator, the clerk of an agency or the system of an agency that makes the call. */
export function actOfCaller(action: Act['action'], context: Context): Act {
  const { operator, agency, roles } = sessionOf(context);
  return agency
    ? { action, actor: roles.includes('agency-system') ? agency : operator, ground: 'filed-application' }
    : { action, actor: operator, centre: centreOf(context), ground: 'session' };
}

/** Returns the entry of a hold that was set or ended. @param operator operators/{id}, or an administrator by name */
export function entryOfHold(
  application: string,
  action: 'hold-documents' | 'end-hold',
  { operator, reason }: Pick<Hold, 'operator' | 'reason'>,
): NewEvent {
  const name = resourceName('applications', application);
  const isOperator = operator.startsWith('operators/');
  return journalEntry({
    document: name,
    key: application,
    resource: name,
    action,
    actor: isOperator ? operator : 'services/ops',
    ground: isOperator ? 'session' : 'operations',
    reason,
    result: 'done',
  });
}

/** Returns the entry that all documents of an erased application are erased. */
export function entryOfErasure(application: string, { isRequested }: { isRequested: boolean }): NewEvent {
  const name = resourceName('applications', application);
  return journalEntry({
    document: name,
    key: application,
    resource: name,
    action: 'erase-documents',
    actor: 'services/documents',
    ground: isRequested ? 'person-request' : 'retention-rule',
    result: 'erased',
  });
}
