import { userInfo } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { COMMANDS } from './operations/commands.ts';
import { PlatformClient, CommandError, formatError } from './platform-client.ts';

/** `npm run cups`: lists and repairs blocked messages of a running platform. See docs/how-to/unblock-messages.md. */

const HELP = `npm run cups -- <command>

  stuck list                                    lists partitions with a stuck consumer
  parked list                                   lists events that wait behind a failed one
  parked show <service> <topic>/<key>           shows the events parked under one key
  parked release <service> <topic>/<key> --reason  handles them again, in order
  parked drop <service> <event> --reason           discards an event; then release its key
  outboxes list                                 lists documents with an event that Kafka rejects
  outboxes unblock <service> <document> --reason   sends their events again
  refused list [--topic <topic>]                lists refused messages by cause
  deliveries redrive <deliveries/…> --reason       resends a failed delivery
  replay --application <id> --reason               resends all messages of an application, with the same IDs
  replay --agency <code> --since <time> --reason   resends all messages to an agency since then

  --reason <text>      reason, stored in the log and with a dropped event
  --actor <name>      actor (default: your user name)
  --service <name>    limits a list to one service (identity, intake, agency-bridge, notifications)
  --json              prints JSON
  --help              prints this text

By default it connects to the platform that \`npm start\` runs here. KEYS_DIR (with the key \`ops\`), GRPC_TLS_DIR (with
its certificate) and the addresses AGENCY_BRIDGE_ADDRESS, INTAKE_ADDRESS, NOTIFICATIONS_ADDRESS and
IDENTITY_ADDRESS select another.
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
      reason: { type: 'string' },
      actor: { type: 'string', default: userInfo().username },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help || positionals.length === 0) return console.log(HELP);
  const words = [positionals.slice(0, 2).join(' '), positionals[0] ?? ''].find((one) => COMMANDS[one]);
  const command = words === undefined ? undefined : COMMANDS[words];
  if (words === undefined || !command) {
    throw new CommandError(`Command not found. Commands: ${Object.keys(COMMANDS).join(', ')}. See --help.`);
  }
  const names = positionals.slice(words.split(' ').length);
  if (names.length !== command.names.length) {
    throw new CommandError(`${words} takes ${command.names.map((name) => `<${name}>`).join(' ') || 'no names'}.`);
  }
  const all = ['json', 'help', 'actor'];
  const foreign = Object.keys(values).filter((name) => !all.includes(name) && !command.reads.includes(name as never));
  if (foreign.length > 0) throw new CommandError(foreign.map((name) => `${words} has no option --${name}.`).join(' '));
  const platform = new PlatformClient(join(import.meta.dirname, '../..'), process.env);
  try {
    const { found, text, faults = [] } = await command.run(platform, names, values);
    console.log(values.json ? JSON.stringify(found, null, 2) : text);
    for (const fault of faults) console.error(fault);
    if (faults.length > 0) process.exitCode = 1;
  } finally {
    platform.close();
  }
}
