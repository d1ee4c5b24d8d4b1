import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  ACTIONS,
  BUCKETS,
  ACCESS_KINDS,
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
].join(' ');

const createEnumSchema = (list: readonly string[], description: string) => ({
  type: 'string',
  enum: list,
  description,
});

const schemas = {
  Reason: createEnumSchema(Object.keys(REASONS), 'Why a request was refused; what to do about it stands in `action`.'),
  Rule: createEnumSchema(
    Object.keys(RULES),
    Object.entries(RULES)
      .map(([rule, { meaning }]) => `\`${rule}\`: ${meaning}`)
      .join('\n'),
  ),
  State: createEnumSchema(STATES, 'Where an application stands.'),
  Action: createEnumSchema(ACTIONS, 'What a person at a desk may do.'),
  HistoryKind: createEnumSchema(
    HISTORY_KINDS,
    'What a person did, what the agency or the way to it said, or a timer. `other` is of a later release.',
  ),
  DeskAlertKind: createEnumSchema(
    DESK_ALERT_KINDS,
    'Kind of an alert that the desk must check and that changed no state.',
  ),
  DeskAlertCause: createEnumSchema(
    [...new Set([...MESSAGE_CHANGES, ...DELIVERY_CAUSES])],
    'What was changed in a message, why one was refused, or why a delivery waits or failed.',
  ),
  MessageChange: createEnumSchema(
    MESSAGE_CHANGES,
    [
      '`ANSWER_BY_LENGTHENED`, `ANSWER_BY_CUT`: the last day to supply was moved.',
      '`DECIDE_TIME_REPLACED`: a time of decision that cannot be became that of sending.',
      '`VALID_UNTIL_DROPPED`, `APPEAL_UNTIL_DROPPED`: an end of validity, or of the time to appeal, that had passed was left out.',
      '`CE_TIME_REPLACED`: a time of sending that cannot be became that of arrival.',
      '`TEXT_CUT`: a text was too long.',
    ].join(' '),
  ),
  DeliveryCause: createEnumSchema(
    DELIVERY_CAUSES,
    'Why a delivery waits or failed, or a message of the agency was refused.',
  ),
  DeliveryState: createEnumSchema(DELIVERY_STATES, 'How far an application is on its way to its agency.'),
  NoticeKind: createEnumSchema(NOTICE_KINDS, 'Kind of a notice to the applicant.'),
  NoticeCause: createEnumSchema(NOTICE_CAUSES, 'Why a notice failed. `superseded`: it no longer applied.'),
  NoDueDateReason: createEnumSchema(NO_DUE_DATE_REASONS, 'Why there is no due date.'),
  ResultKind: createEnumSchema(RESULT_KINDS, 'What the agency gives.'),
  NotificationMethod: createEnumSchema(NOTIFICATION_METHODS, 'Method of notifying the applicant.'),
  StaffHistoryKind: createEnumSchema(
    STAFF_HISTORY_KINDS,
    'What was done to one of the staff. `other` is of a later release.',
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
