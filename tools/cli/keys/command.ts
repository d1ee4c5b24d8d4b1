import { buildPrincipals } from '@cups/events/rights';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  publishNextAuthority,
  generateAuthority,
  ensureCertificate,
  renewCertificate,
  retireOldAuthority,
  describeAuthority,
  describeCertificate,
  activateNextAuthority,
} from './certificates.ts';
import { readPodAccess, openClusterKeyStore } from './cluster.ts';
import { openFolderKeyStore } from './folder.ts';
import { KEY_SET_ACTIONS, KEY_SETS } from './key-sets.ts';
import type { KeyStore } from './key-store.ts';
import {
  publishNextKey,
  generateKey,
  generatePassword,
  generateSecret,
  retireOldKeys,
  describeKey,
  activateNextKey,
} from './rotation.ts';
import type { PersonNumbers, RotationContext } from './rotation.ts';
import { SIGNERS } from '../../platform/services.ts';

/** `npm run keys`, also a cluster job: generates and rotates service keys, key sets and certificates. */

const HELP = `npm run keys -- <what> [<service>…|all] (--dir <folder> | --cluster | --api <url> --namespace <name>) [--kafka] [--now]

  make      generate what is missing: a key pair for each service, intake's secret, the cookie keys, the person-hash keys,
            identity's keys of personal numbers, a certificate authority and a certificate for each service. Renews
            certificates that expire within 120 days (default: all)
  show      show the state of each service (default: all)
  announce  step 1 of a rotation: publish the next public key
  switch    step 2, five minutes later: sign with it
  retire    step 3, when nothing signed with the old key is in use (after 10 minutes; for identity, which signs sessions,
            after 8 hours and 5 minutes): withdraw the old public key
  renew     renew the certificate of a service; the previous one stays valid until it expires

Services: ${SIGNERS.join(', ')}. None restarts: services watch their keys.
In place of a service, "authority" is the certificate authority. Its rotation has the same three steps.
${KEY_SETS.join(', ')} are secret key sets, rotated in the same steps. The gateway has cookie; identity and intake have
person-hash. An announced key only opens (or compares), an active one seals (or hashes), and the old one retires after
8 hours and 5 minutes. Identity has persons, for the personal numbers of staff. After the switch it seals and hashes all
of them again. The old keys retire when identity, which is called as by \`npm run operator\`, reports that no number needs
them.

  --dir <folder>     keys are files in the layout of KEYS_DIR
  --cluster          in a pod: Secrets <prefix>-key-<service>, ConfigMap <prefix>-public-keys of its namespace
  --api <url>        the same from outside, through \`kubectl proxy\`: http://127.0.0.1:8001
  --namespace <name> for --api
  --prefix <name>    prefix of those objects (default cups)
  --no-certificates  with make: none, since another authority issues them (such as cert-manager)
  --kafka            with make: also generates a password for each Kafka user, except those of agencies
  --now              skips the waiting times above: what the other key signed is refused for a while
  --help             prints this text
`;
type KeyAction = (context: RotationContext, service: string) => Promise<string>;
const ACTIONS: Record<string, KeyAction> = {
  make: generateKey,
  show: async (context, service) =>
    `${await describeKey(context, service)}; ${await describeCertificate(context, service)}`,
  announce: publishNextKey,
  switch: activateNextKey,
  retire: retireOldKeys,
  renew: renewCertificate,
};
/** Actions on the certificate authority. */
const AUTHORITY_ACTIONS: Record<string, KeyAction> = {
  make: generateAuthority,
  show: describeAuthority,
  announce: publishNextAuthority,
  switch: activateNextAuthority,
  retire: retireOldAuthority,
};
const KEY_SET_STEPS: Record<string, KeyAction> = KEY_SET_ACTIONS;
const AUTHORITY = 'authority';

try {
  await main();
} catch (error) {
  console.error((error as Error).message);
  process.exitCode = 1;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      dir: { type: 'string' },
      cluster: { type: 'boolean', default: false },
      api: { type: 'string' },
      namespace: { type: 'string', default: 'default' },
      prefix: { type: 'string', default: 'cups' },
      kafka: { type: 'boolean', default: false },
      'no-certificates': { type: 'boolean', default: false },
      now: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(HELP);
  const [what = '', ...services] = positionals;
  if (!ACTIONS[what]) throw new Error(`Name an action: ${Object.keys(ACTIONS).join(', ')}. See --help.`);
  const personNumbers = () => inspectPersonKeys(values.dir);
  const context = { place: openKeyStore(values), now: Date.now(), hurry: values.now, personNumbers };
  for (const name of resolveNames(what, services)) {
    const doing = findAction(what, name);
    if (!doing) throw new Error(`${name} has only announce, switch and retire.`);
    console.log(`${name}: ${await doing(context, name)}`);
  }
  if (what !== 'make') return;
  console.log(`intake: ${await generateSecret(context.place)}`);
  if (!values['no-certificates']) await generateCertificates(context, services);
  const users = values.kafka ? buildPrincipals('', { agencies: [], simulated: [] }) : [];
  for (const { user } of users) console.log(`${user}: ${await generatePassword(context.place, user)}`);
}

/** Asks identity of the platform that `npm run operator` would use. A folder of keys also holds the caller's key. */
async function inspectPersonKeys(dir: string | undefined): Promise<PersonNumbers> {
  // Loaded here, since only this step calls a service.
  const { PlatformClient, formatError } = await import('../platform-client.ts');
  try {
    const variables = dir === undefined ? process.env : Object.assign({ KEYS_DIR: dir }, process.env);
    const platform = new PlatformClient(join(import.meta.dirname, '../../..'), variables);
    try {
      return await platform.identity().inspectPersonKeys({});
    } finally {
      platform.close();
    }
  } catch (error) {
    throw new Error(formatError(error), { cause: error });
  }
}

async function generateCertificates(context: RotationContext, services: string[]): Promise<void> {
  const named = resolveNames('make', services).filter((name) => SIGNERS.some((signer) => signer === name));
  if (!services.includes(AUTHORITY)) console.log(`${AUTHORITY}: ${await generateAuthority(context)}`);
  for (const service of named) console.log(`${service}: ${await ensureCertificate(context, service)}`);
}

interface KeyStoreOptions {
  dir?: string | undefined;
  cluster: boolean;
  api?: string | undefined;
  namespace: string;
  prefix: string;
}

function openKeyStore({ dir, cluster, api, namespace, prefix }: KeyStoreOptions): KeyStore {
  const given = [dir !== undefined, cluster, api !== undefined].filter(Boolean).length;
  if (given !== 1) throw new Error('Use one of --dir <folder>, --cluster in a pod, and --api <url>.');
  if (dir !== undefined) return openFolderKeyStore(dir);
  return openClusterKeyStore(api === undefined ? readPodAccess() : { url: api, namespace }, prefix);
}

/** Returns the action for a service, the authority or a key set; undefined if there is none. */
function findAction(what: string, name: string): KeyAction | undefined {
  if (name === AUTHORITY) return AUTHORITY_ACTIONS[what];
  return (KEY_SETS.includes(name) ? KEY_SET_STEPS : ACTIONS)[what];
}

function resolveNames(what: string, named: string[]): readonly string[] {
  const all: readonly string[] = what === 'renew' ? SIGNERS : [...SIGNERS, ...KEY_SETS];
  if (named.length === 0 && !['make', 'show'].includes(what)) {
    throw new Error(`Name the owner of the key: ${all.join(', ')}, or all.`);
  }
  if (named.length === 0) return what === 'show' ? [...all, AUTHORITY] : all;
  if (named.includes('all')) return all;
  const unknown = named.filter((name) => name !== AUTHORITY && !all.includes(name));
  if (unknown.length > 0) throw new Error(`No service named ${unknown.join(', ')} has a key: ${all.join(', ')}.`);
  return named;
}
