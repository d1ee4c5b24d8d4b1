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

/** Of `check`, which also looks at how the agency's own system gets in. */
export const SYSTEM_OPTIONS: NonNullable<ParseArgsConfig['options']> = {
  'system-user': { type: 'string' },
  'system-password-file': { type: 'string' },
};

export const TARGET_HELP = `  --agency <code>         whose topics: agency.<code>.requests and agency.<code>.replies
  --sandbox <folder>      folder that \`cups-agency broker\` made: it knows all of the following
                          (default ${SANDBOX_FOLDER}, where that is there)
  --brokers <host:port>   bootstrap brokers, separated by commas
  --ca <file>             authorities of the brokers' certificates (PEM); without it Kafka is spoken to in the open
  --user <name>           user of Kafka (SCRAM-SHA-512) that may write the requests and read the replies; this command
  --password-file <file>  plays the platform, so it is not the user of your system
  --prefix <text>         what stands before the names of topics, such as pilot. (default: nothing)`;

const folderOf = ({ sandbox }: OptionValues): string => (typeof sandbox === 'string' ? sandbox : SANDBOX_FOLDER);

/** @returns the sandbox that the arguments name, or that lies in the usual folder; undefined without one */
function findSandbox(values: OptionValues): SandboxFile | undefined {
  const { sandbox, brokers } = values;
  const folder = folderOf(values);
  const found = sandbox === undefined && brokers !== undefined ? undefined : readSandbox(folder);
  if (!found && sandbox !== undefined) {
    throw new UsageError(`There is no sandbox in ${folder}: \`cups-agency broker --folder ${folder}\` makes one.`);
  }
  return found;
}

/** Where the arguments say that the topics are. @throws Wrong when they do not say it */
export function parseTarget(values: OptionValues): BrokerTarget {
  const sandbox = findSandbox(values);
  const text = (name: string, usual = ''): string => {
    const given = values[name];
    return typeof given === 'string' ? given : usual;
  };
  const brokers = text('brokers', sandbox?.brokers).split(',').filter(Boolean);
  if (brokers.length === 0) {
    throw new UsageError(
      `There is no sandbox here: \`cups-agency broker --agency <code>\` makes one; or name --brokers.`,
    );
  }
  const known = sandbox?.agencies ?? [];
  const agency = text('agency', known.length === 1 ? known[0] : '');
  if (!/^[a-z][a-z0-9-]*$/.test(agency))
    throw new UsageError('--agency is missing: a code in lower case, such as asp.');
  if (sandbox && !known.includes(agency))
    throw new UsageError(`The sandbox is of ${known.join(', ')}, not of ${agency}.`);
  const { ca, user, passwordFile, prefix } = sandbox ?? {};
  const access = parseAccess(text('ca', ca), text('user', user), text('password-file', passwordFile));
  const target: BrokerTarget = { brokers, access, prefix: text('prefix', prefix), agency };
  const own = sandbox && filesOf(folderOf(values), agency);
  const [name, file] = [text('system-user', own?.user), text('system-password-file', own?.password)];
  if (name !== '' || file !== '') target.systemAccess = parseAccess(text('ca', ca), name, file);
  return target;
}

/** @throws Wrong when a part is missing or a file is not there */
function parseAccess(ca: string, username: string, passwordFile: string): Access {
  if ((username === '') !== (passwordFile === '')) throw new UsageError('--user and --password-file belong together.');
  if (username !== '' && ca === '') throw new UsageError('--user needs --ca: one signs in over TLS only.');
  for (const file of [ca, passwordFile]) {
    if (file !== '' && !existsSync(file)) throw new UsageError(`There is no file ${file}.`);
  }
  return { caFile: ca || undefined, username, passwordFile: passwordFile || undefined };
}
