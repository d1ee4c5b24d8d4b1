import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  ACTIONS,
  BUCKETS,
  ACCESS_KINDS,
  COMPLAINT_OUTCOMES,
  COMPLAINT_WAYS,
  DELIVERY_CAUSES,
  DELIVERY_STATES,
  DESK_ALERT_KINDS,
  HISTORY_KINDS,
  MESSAGE_CHANGES,
  NO_DUE_DATE_REASONS,
  NOTICE_CAUSES,
  NOTICE_KINDS,
  RESULT_KINDS,
  STAFF_HISTORY_KINDS,
  STATES,
  NOTIFICATION_METHODS,
} from '@cups/application';
import { ESCALATION_ACTIONS, ESCALATION_STEPS } from '@cups/application/escalation';
import { REASONS, RULES } from '@cups/problem';
import { writeBlock } from './block.ts';
import { createEnumNames } from './names.ts';

/**
 * Writes the closed vocabularies of the code to the OpenAPI document. `node tools/generate/openapi/vocabularies.ts`; `--check` writes nothing;
 * tests use `--folder` for another tree.
 */

const { values: options } = parseArgs({
  options: {
    check: { type: 'boolean', default: false },
    folder: { type: 'string', default: join(import.meta.dirname, '../../..') },
  },
});

const BUCKET_MEANINGS = [
  'A list of the queue. `today`: the desk must act today. `agency-replied`: the agency sent something that nobody has handled.',
  '`due-soon`: a date passes within three days, or has passed. `to-notify`: an applicant without email must be notified.',
  '`uncollected-14-days`, `uncollected-30-days`: not collected for that long. `awaiting-outcome`: handed over, outcome not',
  'confirmed. `with-agency`: the agency works on it. `mine`: assigned to the caller. `open`: all that have not ended.',
  '`on-the-way`: a paper result has not arrived at the centre yet.',
].join(' ');

const createEnumSchema = (list: readonly string[], description: string) => ({
  type: 'string',
  enum: list,
  description,
});

const schemas = {
  Reason: createEnumSchema(Object.keys(REASONS), 'Reason of an error. `action` says what to do.'),
  Rule: createEnumSchema(
    Object.keys(RULES),
    Object.entries(RULES)
      .map(([rule, { meaning }]) => `\`${rule}\`: ${meaning}`)
      .join('\n'),
  ),
  State: createEnumSchema(STATES, 'State of an application.'),
  Action: createEnumSchema(ACTIONS, 'Action of an operator at a desk.'),
  HistoryKind: createEnumSchema(
    HISTORY_KINDS,
    'Kind of a history entry: an action of an operator, an event of the agency or the delivery, or a timer. `other`: from a later release.',
  ),
  DeskAlertKind: createEnumSchema(
    DESK_ALERT_KINDS,
    'Kind of an alert that the desk must check and that changed no state.',
  ),
  DeskAlertCause: createEnumSchema(
    [...new Set([...MESSAGE_CHANGES, ...DELIVERY_CAUSES])],
    'Why a message was changed or refused, or why a delivery was deferred or failed.',
  ),
  MessageChange: createEnumSchema(
    MESSAGE_CHANGES,
    [
      'Change of a message from the agency. `ANSWER_BY_LENGTHENED`, `ANSWER_BY_CUT`: the last day to supply documents was moved.',
      '`DECIDE_TIME_REPLACED`: the time of sending replaced an implausible decision time.',
      '`VALID_UNTIL_DROPPED`, `APPEAL_UNTIL_DROPPED`: a past end of validity, or a past last day of the appeal, was dropped.',
      '`CE_TIME_REPLACED`: the time of arrival replaced an implausible time of sending.',
      '`TEXT_CUT`: a text was cut at its maximum length.',
    ].join(' '),
  ),
  DeliveryCause: createEnumSchema(
    DELIVERY_CAUSES,
    'Why a delivery was deferred or failed, or why a message of the agency was refused.',
  ),
  EscalationStep: createEnumSchema(
    ESCALATION_STEPS,
    'Step of the clock of an agency. `unacknowledged`: the agency did not acknowledge in time. `term-75`, `term-100`, `term-150`: this part of the legal term has passed without a decision.',
  ),
  EscalationAction: createEnumSchema(
    ESCALATION_ACTIONS,
    'What a step did: a reminder on the channel of the agency, a letter to its contact, a mark at the desk, a notice to the person, a line for supervisors, or the offer of a complaint.',
  ),
  ComplaintWay: createEnumSchema(
    COMPLAINT_WAYS,
    'How an agency got a complaint: `at-agency`, at its office, or `by-post`.',
  ),
  ComplaintOutcome: createEnumSchema(COMPLAINT_OUTCOMES, 'What an agency answered to a complaint.'),
  DeliveryState: createEnumSchema(DELIVERY_STATES, 'State of a delivery to an agency.'),
  NoticeKind: createEnumSchema(NOTICE_KINDS, 'Kind of a notice to the applicant.'),
  NoticeCause: createEnumSchema(NOTICE_CAUSES, 'Why a notice failed. `superseded`: it no longer applied.'),
  NoDueDateReason: createEnumSchema(NO_DUE_DATE_REASONS, 'Why an application has no due date.'),
  ResultKind: createEnumSchema(RESULT_KINDS, 'Form in which the agency issues the result.'),
  NotificationMethod: createEnumSchema(NOTIFICATION_METHODS, 'Method of notifying the applicant.'),
  StaffHistoryKind: createEnumSchema(
    STAFF_HISTORY_KINDS,
    'Kind of an entry in the history of a staff member. `other`: from a later release.',
  ),
  AccessKind: createEnumSchema(ACCESS_KINDS, 'Kind of the data that was read.'),
  Bucket: createEnumSchema(BUCKETS, BUCKET_MEANINGS),
};

const named = Object.fromEntries(
  Object.entries(schemas).map(([name, { type, enum: list, description }]) => [
    name,
    { type, enum: list, 'x-enum-varnames': createEnumNames(name, list), description },
  ]),
);
const block = { tool: 'tools/generate/openapi/vocabularies.ts', source: 'the vocabularies in libs', schemas: named };
const findings = await writeBlock(block, options.folder, { check: options.check });
for (const finding of findings) console.error(finding);
console.log(`closed vocabularies: ${findings.length} findings`);
process.exitCode = findings.length > 0 ? 1 : 0;
