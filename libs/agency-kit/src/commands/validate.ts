import { readFileSync } from 'node:fs';
import {
  agencyOfReplies,
  agencyOfSource,
  fromCentreMessage,
  fromCheckpointMessage,
  fromMessage,
  parseSubject,
  REFERENCE_TYPES,
  isRequestType,
  REFUSALS,
  textHeaders,
} from '@cups/agency-contract';
import type { RefusalCause, Violation } from '@cups/agency-contract';
import { ReplyEvaluator } from '../reply-evaluator.ts';
import { readMessageFile } from '../message-file.ts';
import { instantOf } from '../normalize.ts';
import { DOCUMENT_KINDS } from '../document-kinds.ts';
import { UsageError } from './command.ts';
import type { Command } from './command.ts';

/** Result for one file. Part of the `--json` output. */
type FileReport = {
  file: string;
  valid: boolean;
  cause?: RefusalCause;
  violations: Violation[];
  changes: RefusalCause[];
};

export const validate: Command = {
  about: 'validates messages in files',
  help: `validate <file> …

Reads one message from each file (- is standard input): JSON with topic, key, headers and value, as printed by
\`cups-agency sample\`. Reports whether the contract accepts it; if not, the broken rule, the field and the remedy. Does not
check what depends on the state of a delivery, such as a second decision: \`check\` and \`simulate\` do.
Exit codes: 0 all valid, 1 some invalid.

  --json  prints a JSON object per file`,
  options: { json: { type: 'boolean' } },
  async run({ json }, files, { print }) {
    if (files.length === 0) throw new UsageError('validate requires a file name.');
    const reports = files.map((file) => ({ file, ...evaluateFile(readFile(file)) }));
    for (const report of reports) print(json ? JSON.stringify(report) : formatReport(report));
    return reports.every(({ valid }) => valid) ? 0 : 1;
  },
};

/** Readers of messages for all agencies, by type. */
const REFERENCE_READERS: Record<string, typeof fromCentreMessage | typeof fromCheckpointMessage> = {
  [REFERENCE_TYPES.centreChanged]: fromCentreMessage,
  [REFERENCE_TYPES.journalCheckpoint]: fromCheckpointMessage,
};

type MessageFile = ReturnType<typeof readMessageFile>;

function readFile(file: string): MessageFile {
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch {
    throw new UsageError(`File not found: ${file}.`);
  }
  return readMessageFile(text);
}

function evaluateFile({ topic, message }: MessageFile): Omit<FileReport, 'file'> {
  const text = textHeaders(message.headers);
  const type = text['ce_type'] ?? '';
  const readRequest = isRequestType(type) ? fromMessage : REFERENCE_READERS[type];
  if (readRequest) {
    const read = readRequest(message);
    if (read.ok) return { valid: true, violations: [], changes: [] };
    return { valid: false, cause: read.cause, violations: read.violations, changes: [] };
  }
  const subject = parseSubject(text['ce_subject'] ?? '');
  const agency = agencyOfTopic(topic) ?? agencyOfSource(text['ce_source'] ?? '') ?? subject?.agency ?? '';
  const evaluator = new ReplyEvaluator(agency, DOCUMENT_KINDS);
  if (subject) {
    evaluator.open(subject.deliveryId, subject.application, undefined);
    evaluator.markRequested(subject.deliveryId, 1000);
  }
  const consumed = Object.assign(message, {
    topic: topic ?? '',
    partition: 0,
    offset: '0',
    timestamp: String(Date.now()),
  });
  const { cause, violations, changes } = evaluator.evaluate(consumed, instantOf(text['ce_time']));
  return Object.assign({ valid: cause === undefined, violations, changes }, cause && { cause });
}

/** Returns the agency of a replies topic with any prefix. */
const agencyOfTopic = (topic = ''): string | undefined =>
  agencyOfReplies(topic.slice(Math.max(0, topic.indexOf('agency.'))));

function formatReport({ file, valid, cause, violations, changes }: FileReport): string {
  if (valid || !cause) return `${file}: valid`;
  const { handling, meaning, remedy } = REFUSALS[cause];
  const fields = violations.map(({ field, rule }) => `  ${field || '(content)'}: ${rule}`);
  const others = changes.slice(1).map((code) => `  also ${code}: ${REFUSALS[code].remedy}`);
  return [`${file}: ${handling}, ${cause}`, `  ${meaning}`, ...fields, `  Remedy: ${remedy}`, ...others].join('\n');
}
