import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import {
  AGENCY_EFFECTS,
  END_STATES,
  MESSAGES,
  OPERATOR_TRANSITIONS,
  STATES,
  TIMER_TRANSITIONS,
  TIMERS,
} from '@cups/application';

/**
 * Draws the life cycle of an application into docs/life-cycle.md from the table that the code runs by.
 * `node tools/picture.ts` writes it, `node tools/picture.ts --check` fails when it is stale.
 */

const FILE = 'docs/life-cycle.md';
const BEGIN = '<!-- life cycle: made by tools/picture.ts from libs/application/src/lifecycle.ts -->';
const END = '<!-- end of the life cycle -->';

type State = (typeof STATES)[number];

/** Mermaid takes no dash in the id of a state. */
const id = (state: State) => state.replaceAll('-', '_');

/** Every move of the table: who or what, and from where to where. A correction moves nothing: it opens a new application. */
function listTransitions(): { from: State; to: State; by: string }[] {
  return STATES.flatMap((from) => [
    ...Object.entries(OPERATOR_TRANSITIONS[from])
      .filter(([action]) => action !== 'correct')
      .flatMap(([action, move]) => [
        { from, to: move.to, by: action + formatCondition(move) },
        ...(move.inParts ? [{ from, to: from, by: `${action} in part${formatCondition(move)}` }] : []),
      ]),
    ...MESSAGES.flatMap((message) => {
      const effect = AGENCY_EFFECTS[from][message];
      return 'to' in effect ? [{ from, to: effect.to, by: `agency ${message}` }] : [];
    }),
    ...TIMERS.flatMap((timer) => {
      const to = TIMER_TRANSITIONS[timer][from];
      return to === 'stale' ? [] : [{ from, to, by: `timer ${timer}` }];
    }),
  ]);
}

/** What must or must not hold beside the state, in words. */
function formatCondition({ unless, onlyIf }: { unless?: readonly string[]; onlyIf?: string }): string {
  const asks = onlyIf ? ` only when ${onlyIf}` : '';
  return unless ? `${asks} unless ${unless.join(' or ')}` : asks;
}

function formatDiagram(): string {
  const labels = Map.groupBy(listTransitions(), ({ from, to }) => `${id(from)} --> ${id(to)}`);
  return [
    '```mermaid',
    'stateDiagram-v2',
    '  direction TB',
    ...STATES.filter((state) => id(state) !== state).map((state) => `  state "${state}" as ${id(state)}`),
    `  [*] --> ${id(STATES[0])}: open`,
    ...[...labels].map(([arrow, same]) => `  ${arrow}: ${same.map(({ by }) => by).join('<br/>')}`),
    ...END_STATES.map((state) => `  ${id(state)} --> [*]`),
    '```',
  ].join('\n');
}

/** What an agency or the bridge may say that moves nothing: each is recorded, and the desk is told. */
function formatRecordedMessages(): string {
  const found = STATES.flatMap((state) =>
    MESSAGES.flatMap((message) => {
      const effect = AGENCY_EFFECTS[state][message];
      return 'alert' in effect ? [{ state, message, alert: effect.alert }] : [];
    }),
  );
  const rows = Map.groupBy(found, ({ message, alert }) => `| \`${message}\` | \`${alert}\` |`);
  return [
    '| Message | Note for the desk | In the states |',
    '| --- | --- | --- |',
    ...[...rows].sort(byMessage).map(([row, same]) => `${row} ${same.map(({ state }) => state).join(', ')} |`),
  ].join('\n');
}

/** In the order of the list of messages. */
function byMessage([, a]: [string, { message: string }[]], [, b]: [string, { message: string }[]]): number {
  const place = (rows: { message: string }[]) => MESSAGES.findIndex((message) => message === rows[0]?.message);
  return place(a) - place(b);
}

const path = join(import.meta.dirname, '..', FILE);
const present = readFileSync(path, 'utf8');
const [begin, end] = [present.indexOf(BEGIN), present.indexOf(END)];
if (begin < 0 || end < begin) throw new Error(`${FILE} lacks the two lines between which the life cycle stands.`);
const content =
  `${present.slice(0, begin)}${BEGIN}\n\n${formatDiagram()}\n\n` +
  `Recorded without a transition, and shown to the desk:\n\n${formatRecordedMessages()}\n\n${present.slice(end)}`;
const wanted = await format(content, { ...(await resolveConfig(path)), parser: 'markdown' });

if (wanted === present) {
  console.log(`the life cycle in ${FILE} is that of the table`);
} else if (process.argv.includes('--check')) {
  console.error(`The life cycle in ${FILE} is stale: run \`node tools/picture.ts\`.`);
  process.exitCode = 1;
} else {
  writeFileSync(path, wanted);
  console.log(`the life cycle is drawn into ${FILE}`);
}
