import { readFileSync } from 'node:fs';
import {
  agencyOfReplies,
  agencyOfSource,
  fromCentreMessage,
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

/** What is to be said of one file. */
type FileReport = {
  file: string;
  valid: boolean;
  cause?: RefusalCause;
  violations: Violation[];
  changes: RefusalCause[];
};

export const validate: Command = {
  about: 'reads a message from a file and says what is wrong with it',
  help: `validate <file> …

Reads one message from each file ( - is standard input): JSON with topic, key, headers and value, as \`cups-agency sample\`
prints it. Says whether the contract takes it, and if not, which rule it breaks in which field and what to do. What only the
course of a delivery can tell (a second decision, an unknown delivery) is not looked at here: \`check\` and \`simulate\` do.
Exit code 0: all are in order; 1: not all are.

  --json  one JSON object for each file`,
  options: { json: { type: 'boolean' } },
  async run({ json }, files, { print }) {
    if (files.length === 0) throw new UsageError('validate wants the name of a file.');
    const reports = files.map((file) => ({ file, ...evaluateFile(readFile(file)) }));
    for (const one of reports) print(json ? JSON.stringify(one) : formatReport(one));
    return reports.every(({ valid }) => valid) ? 0 : 1;
  },
};

type MessageFile = ReturnType<typeof readMessageFile>;

function readFile(file: string): MessageFile {
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch {
    throw new UsageError(`There is no file ${file}.`);
  }
  return readMessageFile(text);
}

function evaluateFile({ topic, message }: MessageFile): Omit<FileReport, 'file'> {
  const text = textHeaders(message.headers);
  const type = text['ce_type'] ?? '';
  if (type === REFERENCE_TYPES.centreChanged || isRequestType(type)) {
    const read = isRequestType(type) ? fromMessage(message) : fromCentreMessage(message);
    if (read.ok) return { valid: true, violations: [], changes: [] };
    return { valid: false, cause: read.cause, violations: read.violations, changes: [] };
  }
  const named = parseSubject(text['ce_subject'] ?? '');
  const agency = agencyOfTopic(topic) ?? agencyOfSource(text['ce_source'] ?? '') ?? named?.agency ?? '';
  const evaluator = new ReplyEvaluator(agency, DOCUMENT_KINDS);
  if (named) {
    evaluator.open(named.deliveryId, named.application, undefined);
    evaluator.markRequested(named.deliveryId, 1000);
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

/** The agency of a topic, behind whatever prefix. */
const agencyOfTopic = (topic = ''): string | undefined =>
  agencyOfReplies(topic.slice(Math.max(0, topic.indexOf('agency.'))));

function formatReport({ file, valid, cause, violations, changes }: FileReport): string {
  if (valid || !cause) return `${file}: in order`;
  const { handling, meaning, mend } = REFUSALS[cause];
  const fields = violations.map(({ field, rule }) => `  ${field || '(the whole)'}: ${rule}`);
  const others = changes.slice(1).map((code) => `  also ${code}: ${REFUSALS[code].mend}`);
  return [`${file}: ${handling}, ${cause}`, `  ${meaning}`, ...fields, `  Mend: ${mend}`, ...others].join('\n');
}
