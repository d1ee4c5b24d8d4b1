import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkInvariants, INVARIANTS } from '../invariants.ts';
import type { InvariantName } from '../invariants.ts';
import type { ChaosRecord } from '../chaos-record.ts';
import { createValidRecord } from './record.ts';
import type { ApplicationHistory } from './record.ts';

/** Injects each violation into a valid record. */

const defaults = { agency: 'asp', repeatFrom: 0, repeated: 0 };
const HISTORIES: ApplicationHistory[] = [
  { ...defaults, id: 'DECIDED', submissions: 2, end: 'decided', repeatFrom: 1, repeated: 2, hasCopies: true },
  { ...defaults, id: 'OPEN', submissions: 1, end: 'open' },
  { ...defaults, id: 'WITHDRAWN', submissions: 1, end: 'withdrawn' },
  { ...defaults, id: 'DRAFT', submissions: 0, end: 'open' },
  { ...defaults, id: 'DISCARDED', submissions: 0, end: 'withdrawn' },
  { ...defaults, id: 'PULLED', agency: 'arhiva', submissions: 2, end: 'decided', repeated: 1, hasCopies: true },
  { ...defaults, id: 'PAGE', agency: 'social', submissions: 2, end: 'decided', repeated: 1, hasCopies: true },
  { ...defaults, id: 'PASSED', agency: 'cnas', formerAgency: 'asp', submissions: 1, end: 'decided', hasCopies: true },
  { ...defaults, id: 'SILENT', agency: 'social', submissions: 1, end: 'open', isEscalated: true },
];

type InjectedViolation = [what: string, rule: InvariantName, plant: (record: ChaosRecord) => void, told: RegExp];

const findById = <T extends { id: string }>(all: T[], id: string): T => all.find((one) => one.id === id)!;
const removeWhere = <T>(all: T[], gone: (one: T) => boolean): void => {
  all.splice(all.findIndex(gone), 1);
};

const SCAN = 'DOCUMENT-DECIDED-scan-1';
const findUpload = ({ uploads }: ChaosRecord, key: string) => uploads.find((one) => one.key === key)!;
const findScanRequest = ({ requests }: ChaosRecord) => requests.find(({ copies }) => copies?.[0]?.document === SCAN)!;
const findCopy = (record: ChaosRecord) => findScanRequest(record).copies![0]!;

/** Returns submission 1 of an application at asp under another ID. */
const anotherRequest = (application: string) => ({
  id: 'another',
  application,
  delivery: `${application}-asp`,
  submission: 1,
  time: 0,
  copies: [],
});

/** Publishes the decision of a delivery once more, under another ID. */
function decideAgain({ events }: ChaosRecord, application: string): void {
  const decided = events.find(({ type, subject }) => type === 'DeliveryDecided' && subject.includes(application))!;
  events.push({ ...decided, id: 'another' });
}

/** Files the submission of an application after its mandate was revoked. */
function fileAfterRevocation(record: ChaosRecord, lateMs: number, isMandateRevoked: boolean): void {
  const mandate = 'mandates/REVOKED';
  record.revocations.push({ mandate, recordTime: 1_000 });
  const { history } = findById(record.applications, 'OPEN');
  Object.assign(history[0]!, { mandate, recordTime: 1_000 + lateMs, isMandateRevoked });
}
const ENTRIES = 'journal entries once and in order';
const CHECKPOINTS = 'journal checkpoints consistent';
const MANDATES = 'no filing under a revoked mandate';

const CLOCKS = 'clocks fire once';
const ACCESS = 'one agency has access';
const ORDER = 'submissions in order';

const AGENCY_VIOLATIONS: InjectedViolation[] = [
  [
    'a reply of a clerk counted twice',
    'replies applied once',
    (r) => decideAgain(r, 'PAGE'),
    /reply PAGE-reply-2 to PAGE-social: published 2 times/,
  ],
  [
    'a reply over HTTP counted twice',
    'replies applied once',
    (r) => decideAgain(r, 'PULLED'),
    /reply PULLED-reply-2 to PULLED-arhiva: published 2 times/,
  ],
  [
    'a reply of a clerk was lost',
    'replies applied once',
    (r) => (r.events = r.events.filter(({ messageId }) => messageId !== 'PAGE-reply-1')),
    /reply PAGE-reply-1 to PAGE-social: published 0 times/,
  ],
  [
    'a repeated reply of a clerk was refused',
    'nothing doubled',
    (r) => r.repeats.push({ application: 'PAGE', action: 'reply', requestId: 'PAGE-reply-1', answer: 'refused' }),
    /reply PAGE-reply-1 of PAGE: refused/,
  ],
  [
    'a submission never reached a feed',
    'submissions at their agency once',
    (r) => removeWhere(r.requests, ({ delivery }) => delivery === 'PULLED-arhiva'),
    /submission 1 of PULLED: 0 ids at arhiva/,
  ],
  [
    'a submission never reached the agency to which it was passed on',
    'submissions at their agency once',
    (r) => removeWhere(r.requests, ({ delivery }) => delivery === 'PASSED-cnas'),
    /submission 1 of PASSED: 0 ids at cnas/,
  ],
  [
    'a submission reached the former agency under two IDs',
    'submissions at their agency once',
    (r) => r.requests.push(anotherRequest('PASSED')),
    /submission 1 of PASSED: several ids at asp/,
  ],
  [
    'a later submission came before an earlier one',
    ORDER,
    (r) => r.requests.reverse(),
    /DECIDED-asp: submission 2 after 0/,
  ],
  ['a feed has a gap', ORDER, (r) => r.feeds.shift(), /feed of arhiva: position 2 instead of 1/],
  [
    'an entry is in a feed twice',
    ORDER,
    (r) => r.feeds.push({ ...r.feeds[0]!, position: 3 }),
    /feed of arhiva: deliveries\/PULLED-arhiva\/1 twice/,
  ],
  [
    'the agency that passed an application on still has it',
    ACCESS,
    (r) => void (findById(r.deliveries, 'PASSED-asp').state = 'acknowledged'),
    /PASSED: PASSED-asp is acknowledged, and cnas has the application/,
  ],
  [
    'an agency has an application of which nobody has decided',
    ACCESS,
    (r) => void (findById(r.applications, 'OPEN').isUndecided = true),
    /OPEN: nobody has decided, and OPEN-asp has it/,
  ],
  [
    'a step of a clock fired twice',
    CLOCKS,
    (r) => findById(r.applications, 'SILENT').escalations!.push({ step: 'term-150', agency: 'social' }),
    /SILENT: term-150 of social fired twice/,
  ],
  [
    'the steps of a clock fired out of order',
    CLOCKS,
    (r) => findById(r.applications, 'SILENT').escalations!.reverse(),
    /SILENT: steps of social out of order/,
  ],
  [
    'a step of a clock is not in the history',
    CLOCKS,
    (r) => findById(r.applications, 'SILENT').history.pop(),
    /SILENT: 3 entries in the history for 4 steps/,
  ],
  [
    'a step of a clock was published under two IDs',
    CLOCKS,
    (r) => r.events.push({ ...r.events.find(({ type }) => type === 'ApplicationEscalated')!, id: 'another' }),
    /SILENT: 5 events for 4 steps/,
  ],
  [
    'a silent agency was not escalated to the end',
    'silence escalated',
    (r) => findById(r.applications, 'SILENT').escalations!.pop(),
    /SILENT: the term has passed, and social was not escalated to term-150/,
  ],
];

const JOURNAL_VIOLATIONS: InjectedViolation[] = [
  ['the log is empty', 'run is not empty', (r) => r.journal.entries.splice(0), /entries: there are none/],
  ['nothing was published', 'run is not empty', (r) => r.journal.checkpoints.splice(0), /checkpoints: there are none/],
  ['an entry never arrived', ENTRIES, (r) => r.journal.entries.shift(), /intake applications\/DECIDED: 2 of 3 entries/],
  [
    'a document has no entry',
    ENTRIES,
    (r) => r.journal.streams.push({ source: 'identity', subject: 'mandates/X', lastSequence: 1 }),
    /identity mandates\/X: 0 of 1 entries/,
  ],
  [
    'an entry was appended twice',
    ENTRIES,
    (r) => r.journal.entries.push(r.journal.entries[0]!),
    /DECIDED: entry 1 at position 4 of the document/,
  ],
  [
    'two entries of a document changed places',
    ENTRIES,
    (r) => r.journal.entries.splice(0, 2, r.journal.entries[1]!, r.journal.entries[0]!),
    /DECIDED: entry 2 at position 1/,
  ],
  [
    'an entry is not what its service published',
    ENTRIES,
    (r) => void (r.journal.entries[0] = { ...r.journal.entries[0]!, id: 'another' }),
    /DECIDED: entry 1 is of another event/,
  ],
  [
    'the log shrank',
    CHECKPOINTS,
    (r) => r.journal.checkpoints.push({ size: 2, root: 'root-2', isSigned: true }),
    /checkpoint of 2 entries: published after one of/,
  ],
  [
    'the log forked',
    CHECKPOINTS,
    (r) => void (r.journal.checkpoints.at(-1)!.root = 'another'),
    /entries: has two roots/,
  ],
  [
    'a foreign key signed a checkpoint',
    CHECKPOINTS,
    (r) => void (r.journal.checkpoints[0]!.isSigned = false),
    /no key of the log signed it/,
  ],
  [
    'the verifier found an alteration',
    'journal intact',
    (r) => r.journal.findings.push('entry-changed: entry 7 was changed'),
    /entry-changed/,
  ],
  [
    'somebody filed long after the known revocation',
    MANDATES,
    (r) => fileAfterRevocation(r, 300_000, true),
    /submit of OPEN: 300000 ms after/,
  ],
  [
    'filing that overlapped a revocation has no mark',
    MANDATES,
    (r) => fileAfterRevocation(r, 20, false),
    /submit of OPEN: .* without a mark/,
  ],
];

const DOCUMENT_VIOLATIONS: InjectedViolation[] = [
  ['nothing was uploaded', 'run is not empty', (r) => r.uploads.splice(0), /uploads: there are none/],
  [
    'an acknowledged upload has no document',
    'uploads present',
    (r) => removeWhere(r.documents, ({ id }) => id === SCAN),
    /upload DECIDED-scan-1 of DECIDED: no document/,
  ],
  [
    'acknowledged bytes were lost on the way',
    'uploads present',
    (r) => findUpload(r, 'DECIDED-scan-1').regressions.push(65_536),
    /acknowledged bytes are lost from 65536 on/,
  ],
  [
    'an acknowledged upload is not complete',
    'uploads present',
    (r) => void (findById(r.documents, SCAN).state = 'uploading'),
    /the document is uploading/,
  ],
  [
    'a valid file was refused',
    'uploads present',
    (r) => void Object.assign(findById(r.documents, SCAN), { state: 'refused', refusal: 'CHECK_FAILED' }),
    /the document is refused CHECK_FAILED/,
  ],
  [
    'an unsafe file was accepted',
    'uploads present',
    (r) => void (findById(r.documents, 'DOCUMENT-refused').state = 'ready'),
    /upload refused of ANY: the document is ready/,
  ],
  [
    'an unsafe file was refused for another reason',
    'uploads present',
    (r) => void (findById(r.documents, 'DOCUMENT-refused').refusal = 'DAMAGED'),
    /the document is refused for DAMAGED/,
  ],
  [
    'a document has another declared content',
    'uploads present',
    (r) => void (findById(r.documents, SCAN).uploadSha256 = 'another'),
    /the document is of another upload/,
  ],
  [
    'a PDF was changed',
    'uploads present',
    (r) => void (findById(r.documents, SCAN).sha256 = 'another'),
    /the content is not what was uploaded/,
  ],
  [
    'the desk cannot read a content',
    'uploads present',
    (r) => delete findUpload(r, 'DECIDED-scan-1').contentSha256,
    /the desk does not read the checked content/,
  ],
  [
    'one key opened two documents',
    'uploads once',
    (r) => r.documents.push({ ...findById(r.documents, SCAN), id: 'another' }),
    /upload DECIDED-scan-1: several documents/,
  ],
  [
    'the desk was told two documents',
    'uploads once',
    (r) => findUpload(r, 'DECIDED-scan-1').documents.push('another'),
    /the desk was told several documents/,
  ],
  [
    'a document was uploaded by nobody',
    'uploads once',
    (r) => void (findById(r.documents, SCAN).createdBy = 'another'),
    /document DOCUMENT-DECIDED-scan-1: nobody uploaded it/,
  ],
  [
    'a check never ended',
    'checks and erasures ended',
    (r) => void (findById(r.documents, SCAN).state = 'checking'),
    /DOCUMENT-DECIDED-scan-1: is being checked/,
  ],
  [
    'an erasure never ended',
    'checks and erasures ended',
    (r) => void (findById(r.documents, SCAN).isDeleting = true),
    /DOCUMENT-DECIDED-scan-1: is being erased/,
  ],
  [
    'a removed document is still there',
    'uploads present',
    (r) => void (findUpload(r, 'DECIDED-scan-1').isRemoved = true),
    /upload DECIDED-scan-1 of DECIDED: the document is ready/,
  ],
  [
    'a removed document can be read',
    'uploads present',
    (r) => {
      findById(r.documents, SCAN).state = 'erased';
      findUpload(r, 'DECIDED-scan-1').isRemoved = true;
    },
    /the desk reads a removed document/,
  ],
  [
    'intake did not learn the end of a check',
    'references agree',
    (r) => void (findById(r.applications, 'DECIDED').documents[0]!.state = 'checking'),
    /DECIDED: DOCUMENT-DECIDED-scan-1 is checking in intake, ready in documents/,
  ],
  [
    'intake has another hash',
    'references agree',
    (r) => void (findById(r.applications, 'DECIDED').documents[0]!.sha256 = 'another'),
    /another SHA-256 in documents/,
  ],
  [
    'intake refers to a document that does not exist',
    'references agree',
    (r) => removeWhere(r.documents, ({ id }) => id === SCAN),
    /DECIDED: no document DOCUMENT-DECIDED-scan-1/,
  ],
  [
    'intake lost an attached document',
    'references agree',
    (r) => findById(r.applications, 'DECIDED').documents.shift(),
    /DECIDED: lost DOCUMENT-DECIDED-scan-1/,
  ],
  [
    'a request lacks a copy',
    'copies at their agency',
    (r) => findScanRequest(r).copies!.pop(),
    /submission 1 of DECIDED, copy DOCUMENT-DECIDED-scan-1: not in the request/,
  ],
  [
    'a request did not wait for a copy',
    'copies at their agency',
    (r) => void (findCopy(r).state = 'coming'),
    /sent after 2000 ms without it/,
  ],
  [
    'a request names an accepted copy as refused',
    'copies at their agency',
    (r) => void (findCopy(r).state = 'refused'),
    /refused in the request only/,
  ],
  [
    'a request has another hash',
    'copies at their agency',
    (r) => void (findCopy(r).sha256 = 'another'),
    /sent with another SHA-256/,
  ],
  [
    'a submission froze another hash',
    'copies at their agency',
    (r) => void (findById(r.applications, 'DECIDED').copies[0]!.uploadSha256 = 'another'),
    /frozen with another SHA-256/,
  ],
  [
    'the event of a document is missing',
    'events contiguous and in order',
    (r) => removeWhere(r.events, ({ subject }) => subject === `documents/${SCAN}`),
    /documents\/DOCUMENT-DECIDED-scan-1: 0 of 1 events/,
  ],
  ['a chunk is left over', 'no orphans', (r) => r.orphans.push(`object ${SCAN}/upload/0-a`), /object DOCUMENT/],
];

const INJECTED_VIOLATIONS: InjectedViolation[] = [
  ['the run acknowledged nothing', 'run is not empty', (r) => r.acknowledged.splice(0), /acknowledged: there are none/],
  ['no write was repeated at the end', 'run is not empty', (r) => r.repeats.splice(0), /repeats: there are none/],
  [
    'an acknowledged application is not in the store',
    'acknowledged present',
    (r) => removeWhere(r.applications, ({ id }) => id === 'DRAFT'),
    /create DRAFT-create of DRAFT: the store has no such application/,
  ],
  [
    'an acknowledged application is not shown to the desk',
    'acknowledged present',
    (r) => removeWhere(r.atDesk, ({ id }) => id === 'DRAFT'),
    /the desk does not show/,
  ],
  [
    'an acknowledged submit is in no history',
    'acknowledged present',
    (r) => findById(r.applications, 'OPEN').history.pop(),
    /submit OPEN-submit1 of OPEN: not recorded/,
  ],
  [
    'a draft was made by another request than the acknowledged one',
    'acknowledged present',
    (r) => void (findById(r.applications, 'DRAFT').createdBy = 'another'),
    /create DRAFT-create of DRAFT: not recorded/,
  ],
  [
    'a state went back behind the acknowledged one',
    'acknowledged present',
    (r) => void (findById(r.applications, 'OPEN').state = 'draft'),
    /draft at revision 2, after submitted at 2/,
  ],
  [
    'the desk sees an older revision than the acknowledged one',
    'acknowledged present',
    (r) => void (findById(r.atDesk, 'OPEN').revision = 1),
    /submitted at revision 1, after submitted at 2/,
  ],
  [
    'a repeated request was done again',
    'nothing doubled',
    (r) => void (r.repeats[0]!.answer = 'done again'),
    /create DECIDED-create of DECIDED: done again/,
  ],
  [
    'a repeated request was refused',
    'nothing doubled',
    (r) => void (r.repeats[1]!.answer = 'refused'),
    /submit DECIDED-submit1 of DECIDED: refused/,
  ],
  [
    'one request ID created two applications',
    'nothing doubled',
    (r) => void (findById(r.applications, 'OPEN').createdBy = 'DRAFT-create'),
    /create DRAFT-create: several applications/,
  ],
  [
    'one request is in the history twice',
    'nothing doubled',
    (r) => findById(r.applications, 'OPEN').history.push({ kind: 'submit', cause: 'OPEN-submit1' }),
    /submit OPEN-submit1 of OPEN: twice in the history/,
  ],
  [
    'an applicant was notified twice',
    'notices once',
    (r) => findById(r.threads, 'OPEN').notices.push({ id: 'OPEN-1', state: 'sent' }),
    /notice OPEN-1: twice/,
  ],
  [
    'an applicant was not notified of the decision',
    'notices once',
    (r) => findById(r.threads, 'DECIDED').notices.pop(),
    /notice DECIDED-4: missing/,
  ],
  [
    'a notice never went out',
    'notices once',
    (r) => void (findById(r.threads, 'OPEN').notices[0]!.state = 'compose'),
    /notice OPEN-1: compose/,
  ],
  [
    'a notice failed',
    'notices once',
    (r) =>
      void (findById(r.threads, 'OPEN').notices[0] = { id: 'OPEN-1', state: 'failed', cause: 'application-unknown' }),
    /notice OPEN-1: failed application-unknown/,
  ],
  [
    'an event is missing in the middle',
    'events contiguous and in order',
    (r) =>
      (r.events = r.events.filter(({ subject, sequence }) => subject !== 'applications/DECIDED' || sequence !== 2)),
    /applications\/DECIDED: 3 after 1/,
  ],
  [
    'the last event is missing',
    'events contiguous and in order',
    (r) =>
      (r.events = r.events.filter(({ subject, sequence }) => subject !== 'applications/DECIDED' || sequence !== 4)),
    /applications\/DECIDED: 3 of 4 events/,
  ],
  [
    'two events came in the wrong order',
    'events contiguous and in order',
    (r) =>
      r.events.unshift(
        ...r.events.splice(
          r.events.findIndex((one) => one.subject === 'applications/DECIDED' && one.sequence === 2),
          1,
        ),
      ),
    /applications\/DECIDED: 2 after 0/,
  ],
  [
    'one sequence was given to two events',
    'events contiguous and in order',
    (r) => r.events.push({ ...r.events[0]!, id: 'another' }),
    /two events are number 1/,
  ],
  [
    'the events of one application are on two partitions',
    'events contiguous and in order',
    (r) => r.events.push({ ...r.events[0]!, partition: 1 }),
    /on two partitions/,
  ],
  [
    'an event has an unknown subject',
    'events contiguous and in order',
    (r) => r.events.push({ ...r.events[0]!, subject: 'applications/NOBODY' }),
    /applications\/NOBODY: nobody's/,
  ],
  [
    'a submission never reached its agency',
    'submissions at their agency once',
    (r) => removeWhere(r.requests, ({ application }) => application === 'OPEN'),
    /submission 1 of OPEN: 0 ids/,
  ],
  [
    'a submission reached its agency under two IDs',
    'submissions at their agency once',
    (r) => r.requests.push(anotherRequest('OPEN')),
    /submission 1 of OPEN: 2 ids/,
  ],
  [
    'a withdrawn submission reached its agency under two IDs',
    'submissions at their agency once',
    (r) => r.requests.push(anotherRequest('WITHDRAWN')),
    /submission 1 of WITHDRAWN: 2 ids/,
  ],
  [
    'a decision was not published',
    'replies applied once',
    (r) => (r.events = r.events.filter(({ messageId }) => messageId !== 'DECIDED-reply-2')),
    /reply DECIDED-reply-2 to DECIDED-asp: published 0 times/,
  ],
  [
    'a decision was published under two IDs',
    'replies applied once',
    (r) => r.events.push({ ...r.events.find(({ messageId }) => messageId === 'DECIDED-reply-2')!, id: 'another' }),
    /reply DECIDED-reply-2 to DECIDED-asp: published 2 times/,
  ],
  [
    'a decision did not decide its application',
    'replies applied once',
    (r) => void (findById(r.applications, 'DECIDED').state = 'in-progress'),
    /decision of DECIDED: given, in-progress/,
  ],
  [
    'an application was decided twice',
    'replies applied once',
    (r) => r.events.push({ ...r.events.find(({ type }) => type === 'ApplicationDecided')!, id: 'another' }),
    /decision of DECIDED: given, ready, 2 ApplicationDecided/,
  ],
  [
    'an application is decided without a reply of its agency',
    'replies applied once',
    (r) => void (findById(r.applications, 'OPEN').state = 'ready'),
    /decision of OPEN: not given, ready/,
  ],
  [
    'a forged message was applied',
    'replies applied once',
    (r) => void (r.events.find(({ messageId }) => messageId)!.messageId = 'hostile-1'),
    /hostile message hostile-1: applied/,
  ],
  [
    'notifications did not count all events',
    'services agree',
    (r) => void (findById(r.threads, 'OPEN').applicationSeq = 0),
    /OPEN: notifications counted 0 of 1/,
  ],
  [
    'notifications has no thread of an application',
    'services agree',
    (r) => removeWhere(r.threads, ({ id }) => id === 'DISCARDED'),
    /DISCARDED: notifications counted 0 of 1/,
  ],
  [
    'the bridge did not count all events',
    'services agree',
    (r) => void (findById(r.deliveries, 'DECIDED-asp').applicationSeq = 3),
    /DECIDED: the bridge counted 3 of 4/,
  ],
  [
    'the bridge has no delivery',
    'services agree',
    (r) => removeWhere(r.deliveries, ({ id }) => id === 'OPEN-asp'),
    /OPEN: no delivery/,
  ],
  [
    'intake did not count all of the bridge',
    'services agree',
    (r) => void (findById(r.applications, 'DECIDED').deliverySeq = 1),
    /DECIDED: intake counted 1 of 2/,
  ],
  [
    'the bridge has no decision',
    'services agree',
    (r) => void (findById(r.deliveries, 'DECIDED-asp').state = 'acknowledged'),
    /DECIDED: ready, delivery acknowledged/,
  ],
  [
    'a delivery failed',
    'services agree',
    (r) => void (findById(r.deliveries, 'OPEN-asp').state = 'failed'),
    /OPEN: the delivery failed/,
  ],
  ...DOCUMENT_VIOLATIONS,
  ...JOURNAL_VIOLATIONS,
  ...AGENCY_VIOLATIONS,
  [
    'an outbox is not empty',
    'outboxes empty',
    (r) => r.outboxes.push({ resource: 'intake applications/OPEN', waiting: 2, isBlocked: false }),
    /intake applications\/OPEN: 2 events$/,
  ],
  [
    'an outbox is blocked',
    'outboxes empty',
    (r) => r.outboxes.push({ resource: 'intake applications/OPEN', waiting: 1, isBlocked: true }),
    /1 events, blocked/,
  ],
  ['an event is parked', 'outboxes empty', (r) => r.parked.push('applications/OPEN'), /waits for its predecessor/],
  [
    'a group is behind',
    'no lag',
    (r) => void (r.groups[0]!.lag = 7),
    /agency-bridge on cups.applications\/0: 7 behind/,
  ],
  ['a topic is not read', 'no lag', (r) => void (r.readers[0]!.groups = 1), /cups.applications: 1 of 2 groups/],
  [
    'a process exited unexpectedly',
    'no process exited or stalled',
    (r) => r.endedByThemselves.push('store (1)'),
    /store \(1\): exited unexpectedly/,
  ],
  ['a process is not ready', 'no process exited or stalled', (r) => void (r.processes[0]!.ready = false), /not ready/],
  [
    'a process does not answer',
    'no process exited or stalled',
    (r) => void (r.processes[0]!.lives = false),
    /does not answer/,
  ],
  [
    'a consumer is stuck',
    'no process exited or stalled',
    (r) => void (r.processes[0]!.stuck = true),
    /a consumer is stuck/,
  ],
  [
    'a log contains personal data',
    'no personal data in logs and internal topics',
    (r) => r.personal.push('logs/intake.log: a personal number'),
    /logs\/intake.log/,
  ],
  [
    'a valid request was refused',
    'valid requests succeed',
    (r) => r.refused.push({ what: '409 APPLICATION_EXISTS create', application: 'OPEN' }),
    /409 APPLICATION_EXISTS create OPEN/,
  ],
  [
    'a response had status 500',
    'valid requests succeed',
    (r) => r.raw.push({ what: '500 POST /applications', count: 3 }),
    /500 POST \/applications: 3 times/,
  ],
];

describe('checkInvariants', () => {
  test('accepts a valid record', () => {
    expect(checkInvariants(createValidRecord(HISTORIES))).toEqual([]);
  });

  test('accepts a copy that came later than the 15 minutes that a submission waits for it', () => {
    const record = createValidRecord(HISTORIES);
    findCopy(record).state = 'coming';
    delete findCopy(record).sha256;
    findScanRequest(record).time += 15 * 60_000;
    expect(checkInvariants(record)).toEqual([]);
  });

  test('accepts an upload that nobody acknowledged', () => {
    const record = createValidRecord(HISTORIES);
    Object.assign(findUpload(record, 'refused'), { isAcknowledged: false, documents: [] });
    Object.assign(findById(record.documents, 'DOCUMENT-refused'), { state: 'uploading', eventSeq: 0 });
    removeWhere(record.events, ({ subject }) => subject === 'documents/DOCUMENT-refused');
    expect(checkInvariants(record)).toEqual([]);
  });

  test('accepts filing before the known revocation, and marked filing that overlapped it', () => {
    for (const lateMs of [-20, 20]) {
      const record = createValidRecord(HISTORIES);
      fileAfterRevocation(record, lateMs, lateMs > 0);
      expect(checkInvariants(record)).toEqual([]);
    }
  });

  test('accepts an application that waits for a decision about its agency', () => {
    const record = createValidRecord(HISTORIES);
    findById(record.applications, 'OPEN').isUndecided = true;
    findById(record.deliveries, 'OPEN-asp').state = 'cancelled';
    expect(checkInvariants(record)).toEqual([]);
  });

  test('accepts the steps of a second agency after those of the first', () => {
    const record = createValidRecord(HISTORIES);
    const passed = findById(record.applications, 'PASSED');
    const add = (agency: string, sequence: number) => {
      passed.escalations!.push({ step: 'unacknowledged', agency });
      passed.history.push({ kind: 'agency-escalation', cause: `timer:unacknowledged:${agency}` });
      const subject = 'applications/PASSED';
      const topic = 'cups.applications';
      record.events.push({ topic, partition: 0, subject, sequence, id: agency, type: 'ApplicationEscalated' });
    };
    const { eventSeq } = passed;
    ['asp', 'cnas'].forEach((agency, n) => add(agency, eventSeq + n + 1));
    expect(checkInvariants(record, ['clocks fire once'])).toEqual([]);
  });

  test('requires replies over every channel of a large run', () => {
    const record = createValidRecord(HISTORIES);
    const [write] = record.acknowledged;
    while (record.acknowledged.length < 1_000) record.acknowledged.push(write!);
    expect(checkInvariants(record, ['run is not empty'])).toEqual([]);
    Object.assign(record, { channels: {}, elapsed: [] });
    expect(checkInvariants(record, ['run is not empty']).map(({ what }) => what)).toEqual([
      'replies by page: there are none',
      'replies by pull: there are none',
      'elapsed terms: there are none',
    ]);
  });

  test('accepts a refused message that the desk shows', () => {
    const record = createValidRecord(HISTORIES);
    const told = record.events.find(({ messageId }) => messageId)!;
    record.events.push({ ...told, sequence: 3, id: 'told', type: 'DeliveryMessageRefused', messageId: 'hostile-1' });
    findById(record.deliveries, 'DECIDED-asp').eventSeq = 3;
    findById(record.applications, 'DECIDED').deliverySeq = 3;
    expect(checkInvariants(record)).toEqual([]);
  });

  test.each(INJECTED_VIOLATIONS)('detects that %s', (_, rule, inject, message) => {
    const record = createValidRecord(HISTORIES);
    inject(record);
    const found = checkInvariants(record).filter((one) => one.rule === rule);
    expect(found.map(({ what }) => what)).toContainEqual(expect.stringMatching(message));
  });

  test('has a violation for every invariant', () => {
    expect([...new Set(INJECTED_VIOLATIONS.map(([, rule]) => rule))].sort()).toEqual(Object.keys(INVARIANTS).sort());
  });

  test('accepts any record without losses, duplicates or sequence errors', () => {
    const course = fc.record({
      agency: fc.constantFrom('asp', 'cnas', 'arhiva', 'social'),
      submissions: fc.nat(4),
      end: fc.constantFrom('open' as const, 'decided' as const, 'withdrawn' as const),
      repeatFrom: fc.nat(10),
      repeated: fc.nat(10),
      hasCopies: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(course, { minLength: 1, maxLength: 12 }), (courses) => {
        expect(checkInvariants(createValidRecord(courses.map((one, n) => ({ ...one, id: `APP${n}` }))))).toEqual([]);
      }),
    );
  });
});
