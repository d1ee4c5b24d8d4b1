import { existsSync } from 'node:fs';
import type { ParseArgsConfig } from 'node:util';
import type { BrokerTarget } from '../platform.ts';
import { filesOf, readSandbox } from '../sandbox/sandbox-file.ts';
import type { SandboxFile } from '../sandbox/sandbox-file.ts';
import type { Access } from '../sign-in.ts';
import { UsageError } from './command.ts';
import type { OptionValues } from './command.ts';

export const SANDBOX_FOLDER = 'cups-sandbox';

export const TARGET_OPTIONS: NonNullable<ParseArgsConfig['options']> = {
  agency: { type: 'string' },
  sandbox: { type: 'string' },
  brokers: { type: 'string' },
  ca: { type: 'string' },
  user: { type: 'string' },
  'password-file': { type: 'string' },
  prefix: { type: 'string' },
};

/** Options of `check` for the sign-in of the agency's own system. */
export const SYSTEM_OPTIONS: NonNullable<ParseArgsConfig['options']> = {
  'system-user': { type: 'string' },
  'system-password-file': { type: 'string' },
};

export const TARGET_HELP = `  --agency <code>         agency code; its topics are agency.<code>.requests and agency.<code>.replies
  --sandbox <folder>      folder of \`cups-agency broker\`, which provides the following options
                          (default: ${SANDBOX_FOLDER}, if it exists)
  --brokers <host:port>   comma-separated bootstrap brokers
  --ca <file>             CA certificates of the brokers (PEM); without it, the connection is not encrypted
  --user <name>           Kafka user (SCRAM-SHA-512) of the platform's side, which writes requests and reads replies;
  --password-file <file>  not the user of your system
  --prefix <text>         topic prefix, such as pilot. (default: none)`;

const folderOf = ({ sandbox }: OptionValues): string => (typeof sandbox === 'string' ? sandbox : SANDBOX_FOLDER);

/**
 * Returns the sandbox in the given folder or the default one, or undefined.
 * @throws UsageError if the given folder has none
 */
function findSandbox(values: OptionValues): SandboxFile | undefined {
  const { sandbox, brokers } = values;
  const folder = folderOf(values);
  const found = sandbox === undefined && brokers !== undefined ? undefined : readSandbox(folder);
  if (!found && sandbox !== undefined) {
    throw new UsageError(`No sandbox in ${folder}. Create one with \`cups-agency broker --folder ${folder}\`.`);
  }
  return found;
}

/**
 * Returns the target in the arguments.
 * @throws UsageError if it is incomplete
 */
export function parseTarget(values: OptionValues): BrokerTarget {
  const sandbox = findSandbox(values);
  const text = (name: string, fallback = ''): string => {
    const given = values[name];
    return typeof given === 'string' ? given : fallback;
  };
  const brokers = text('brokers', sandbox?.brokers).split(',').filter(Boolean);
  if (brokers.length === 0) {
    throw new UsageError(`No sandbox found. Create one with \`cups-agency broker --agency <code>\`, or set --brokers.`);
  }
  const known = sandbox?.agencies ?? [];
  const agency = text('agency', known.length === 1 ? known[0] : '');
  if (!/^[a-z][a-z0-9-]*$/.test(agency)) throw new UsageError('--agency must be a lower-case code, such as asp.');
  if (sandbox && !known.includes(agency))
    throw new UsageError(`The sandbox is for ${known.join(', ')}, not for ${agency}.`);
  const { ca, user, passwordFile, prefix } = sandbox ?? {};
  const access = parseAccess(text('ca', ca), text('user', user), text('password-file', passwordFile));
  const target: BrokerTarget = { brokers, access, prefix: text('prefix', prefix), agency };
  const own = sandbox && filesOf(folderOf(values), agency);
  const [name, file] = [text('system-user', own?.user), text('system-password-file', own?.password)];
  if (name !== '' || file !== '') target.systemAccess = parseAccess(text('ca', ca), name, file);
  return target;
}

/** @throws UsageError if a part is missing or a file does not exist */
function parseAccess(ca: string, username: string, passwordFile: string): Access {
  if ((username === '') !== (passwordFile === ''))
    throw new UsageError('--user and --password-file must be set together.');
  if (username !== '' && ca === '') throw new UsageError('--user requires --ca: signing in requires TLS.');
  for (const file of [ca, passwordFile]) {
    if (file !== '' && !existsSync(file)) throw new UsageError(`File not found: ${file}.`);
  }
  return { caFile: ca || undefined, username, passwordFile: passwordFile || undefined };
}
