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
import { Judge } from '../judge.ts';
import { readMessageFile } from '../message-file.ts';
import { instantOf } from '../mending.ts';
import { PAPER_KINDS } from '../paper-kinds.ts';
import { Wrong } from './command.ts';
import type { Command } from './command.ts';

/** What is to be said of one file. */
type Opinion = { file: string; valid: boolean; cause?: RefusalCause; violations: Violation[]; changes: RefusalCause[] };

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
    if (files.length === 0) throw new Wrong('validate wants the name of a file.');
    const opinions = files.map((file) => ({ file, ...opinionOf(readFiled(file)) }));
    for (const one of opinions) print(json ? JSON.stringify(one) : wordsOf(one));
    return opinions.every(({ valid }) => valid) ? 0 : 1;
  },
};

type Filed = ReturnType<typeof readMessageFile>;

function readFiled(file: string): Filed {
  let text: string;
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch {
    throw new Wrong(`There is no file ${file}.`);
  }
  return readMessageFile(text);
}

function opinionOf({ topic, message }: Filed): Omit<Opinion, 'file'> {
  const text = textHeaders(message.headers);
  const type = text['ce_type'] ?? '';
  if (type === REFERENCE_TYPES.centreChanged || isRequestType(type)) {
    const read = isRequestType(type) ? fromMessage(message) : fromCentreMessage(message);
    if (read.ok) return { valid: true, violations: [], changes: [] };
    return { valid: false, cause: read.cause, violations: read.violations, changes: [] };
  }
  const named = parseSubject(text['ce_subject'] ?? '');
  const agency = agencyOfTopic(topic) ?? agencyOfSource(text['ce_source'] ?? '') ?? named?.agency ?? '';
  const judge = new Judge(agency, PAPER_KINDS);
  if (named) {
    judge.open(named.deliveryId, named.application, undefined);
    judge.requested(named.deliveryId, 1000);
  }
  const lying = Object.assign(message, {
    topic: topic ?? '',
    partition: 0,
    offset: '0',
    timestamp: String(Date.now()),
  });
  const { cause, violations, changes } = judge.judge(lying, instantOf(text['ce_time']));
  return Object.assign({ valid: cause === undefined, violations, changes }, cause && { cause });
}

/** The agency of a topic, behind whatever prefix. */
const agencyOfTopic = (topic = ''): string | undefined =>
  agencyOfReplies(topic.slice(Math.max(0, topic.indexOf('agency.'))));

function wordsOf({ file, valid, cause, violations, changes }: Opinion): string {
  if (valid || !cause) return `${file}: in order`;
  const { handling, meaning, mend } = REFUSALS[cause];
  const fields = violations.map(({ field, rule }) => `  ${field || '(the whole)'}: ${rule}`);
  const others = changes.slice(1).map((code) => `  also ${code}: ${REFUSALS[code].mend}`);
  return [`${file}: ${handling}, ${cause}`, `  ${meaning}`, ...fields, `  Mend: ${mend}`, ...others].join('\n');
}
