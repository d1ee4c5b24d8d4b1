import { userInfo } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { COMMANDS } from './cups/commands.ts';
import { PlatformClient, CommandError, formatError } from './cups/services.ts';

/** `npm run cups`: what an operator sees and repairs in a platform that runs. See docs/how-to/unblock-messages.md. */

const HELP = `npm run cups -- <command>

  stuck list                                    partitions in which a consumer stands still
  parked list                                   what waits behind an event that could not be handled
  parked show <service> <topic>/<key>           the events that wait with one key
  parked release <service> <topic>/<key> --why  lets them be handled, in order
  parked drop <service> <event> --why           an event is never applied; then release its key
  outboxes list                                 documents of which Kafka refuses an event for good
  outboxes unblock <service> <document> --why   their events are sent again
  refused list [--topic <topic>]                messages that could not be used, by cause
  deliveries redrive <deliveries/…> --why       sends what a failed delivery could not
  replay --application <id> --why               sends its agency again what it was sent, under the same ids
  replay --agency <code> --since <time> --why   the same of all that it was sent since then

  --why <words>       why: stands in the log, and with what is dropped
  --by <name>         who does it (default: you)
  --service <name>    of the lists: only this one (identity, intake, agency-bridge, notifications)
  --json              for programs
  --help              this text

It finds the platform that \`npm start\` started here, or by CUPS_KEYS (with the key of the operator), GRPC_TLS_DIR (with
its certificate) and the addresses AGENCY_BRIDGE_ADDRESS, INTAKE_ADDRESS, NOTIFICATIONS_ADDRESS,
IDENTITY_ADDRESS.
`;

try {
  await main();
} catch (error) {
  console.error(formatError(error));
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      service: { type: 'string' },
      topic: { type: 'string' },
      application: { type: 'string' },
      agency: { type: 'string' },
      since: { type: 'string' },
      why: { type: 'string' },
      by: { type: 'string', default: userInfo().username },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help || positionals.length === 0) return console.log(HELP);
  const words = [positionals.slice(0, 2).join(' '), positionals[0] ?? ''].find((one) => COMMANDS[one]);
  const command = words === undefined ? undefined : COMMANDS[words];
  if (words === undefined || !command) {
    throw new CommandError(`There is no such command: ${Object.keys(COMMANDS).join(', ')}; --help tells more.`);
  }
  const names = positionals.slice(words.split(' ').length);
  if (names.length !== command.names.length) {
    throw new CommandError(`${words} takes ${command.names.map((name) => `<${name}>`).join(' ') || 'no names'}.`);
  }
  const all = ['json', 'help', 'by'];
  const foreign = Object.keys(values).filter((name) => !all.includes(name) && !command.reads.includes(name as never));
  if (foreign.length > 0) throw new CommandError(foreign.map((name) => `${words} knows no --${name}.`).join(' '));
  const platform = new PlatformClient(join(import.meta.dirname, '..'), process.env);
  try {
    const { found, text, faults = [] } = await command.run(platform, names, values);
    console.log(values.json ? JSON.stringify(found, null, 2) : text);
    for (const fault of faults) console.error(fault);
    if (faults.length > 0) process.exitCode = 1;
  } finally {
    platform.close();
  }
}
