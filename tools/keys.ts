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
} from './keys/certificates.ts';
import { readPodAccess, openClusterKeyStore } from './keys/cluster.ts';
import { openFolderKeyStore } from './keys/folder.ts';
import { KEY_SET_ACTIONS, KEY_SETS } from './keys/key-sets.ts';
import type { KeyStore } from './keys/key-store.ts';
import {
  publishNextKey,
  generateKey,
  generatePassword,
  generateSecret,
  retireOldKeys,
  describeKey,
  activateNextKey,
} from './keys/rotation.ts';
import type { PersonNumbers, RotationContext } from './keys/rotation.ts';
import { SIGNERS } from './services.ts';

/** `npm run keys`, and a job of a cluster: makes the keys by which services know each other, and changes them. */

const HELP = `npm run keys -- <what> [<service>…|all] (--dir <folder> | --cluster | --api <url> --namespace <name>) [--kafka] [--now]

  make      make what is missing: a key pair for each service, the secret of intake, the keys of cookies, those by which intake
            knows whose own application one is, the keys of personal numbers of identity, an authority of certificates and a
            certificate for each service; what is there stays, but for certificates that end within 120 days (default: all)
  show      where each service stands (default: all)
  announce  step 1 of changing a key: publish the next public key
  switch    step 2, five minutes later: sign with it
  retire    step 3, when nothing signed before is in use (10 minutes later; identity after 8 hours and 5 minutes, for it
            signs sessions): the old public key counts no longer
  renew     make the certificate of a service anew; the one before stays good until its end

Services: ${SIGNERS.join(', ')}. None is restarted: they read their keys again.
In the place of a service "authority" is what certifies them all: it is followed by another in the same three steps.
${KEY_SETS.join(', ')}: keys that one or two services have for themselves, changed by the same steps. Those of cookies are the gateway's,
person-hash is identity's and intake's: the next one opens (is compared by), seals (hashes), and after 8 hours and 5 minutes the
old one is retired. Those of persons are identity's, for the personal numbers of the staff: after the switch it seals and hashes
all of them anew, and the old ones are retired when identity, which is asked as by \`npm run operator\`, says that no number needs
them any more.

  --dir <folder>     keys are files, as CUPS_KEYS names them
  --cluster          in a pod: Secrets <prefix>-key-<service>, ConfigMap <prefix>-public-keys of its namespace
  --api <url>        the same from outside, through \`kubectl proxy\`: http://127.0.0.1:8001
  --namespace <name> for --api
  --prefix <name>    what the names of those objects begin with (default cups)
  --no-certificates  with make: none, for another authority makes them (such as cert-manager)
  --kafka            with make: also a password for each user of Kafka, those of agencies not among them
  --now              do not wait for the times above: what was signed with the other key is refused for a while
  --help             this text
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
/** What is done with the authority of certificates. */
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
  if (!ACTIONS[what]) throw new Error(`Say what: ${Object.keys(ACTIONS).join(', ')}; --help tells more.`);
  const personNumbers = () => inspectPersonKeys(values.dir);
  const context = { place: openKeyStore(values), now: Date.now(), hurry: values.now, personNumbers };
  for (const name of resolveNames(what, services)) {
    const doing = findAction(what, name);
    if (!doing) throw new Error(`${name} is changed by announce, switch, retire.`);
    console.log(`${name}: ${await doing(context, name)}`);
  }
  if (what !== 'make') return;
  console.log(`intake: ${await generateSecret(context.place)}`);
  if (!values['no-certificates']) await generateCertificates(context, services);
  const users = values.kafka ? buildPrincipals('', { agencies: [], simulated: [] }) : [];
  for (const { user } of users) console.log(`${user}: ${await generatePassword(context.place, user)}`);
}

/** Of a platform that is found as by `npm run operator`; a folder of keys is that of the caller as well. */
async function inspectPersonKeys(dir: string | undefined): Promise<PersonNumbers> {
  // Only here: no other step needs what calls services.
  const { PlatformClient, formatError } = await import('./cups/services.ts');
  try {
    const variables = dir === undefined ? process.env : Object.assign({ CUPS_KEYS: dir }, process.env);
    const platform = new PlatformClient(join(import.meta.dirname, '..'), variables);
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
  if (given !== 1) throw new Error('Say where, once: --dir <folder>, --cluster in a pod, or --api <url>.');
  if (dir !== undefined) return openFolderKeyStore(dir);
  return openClusterKeyStore(api === undefined ? readPodAccess() : { url: api, namespace }, prefix);
}

/** What is done with a service, the authority or a key set; undefined where that is nothing. */
function findAction(what: string, name: string): KeyAction | undefined {
  if (name === AUTHORITY) return AUTHORITY_ACTIONS[what];
  return (KEY_SETS.includes(name) ? KEY_SET_STEPS : ACTIONS)[what];
}

function resolveNames(what: string, named: string[]): readonly string[] {
  const all: readonly string[] = what === 'renew' ? SIGNERS : [...SIGNERS, ...KEY_SETS];
  if (named.length === 0 && !['make', 'show'].includes(what)) {
    throw new Error(`Say whose key: ${all.join(', ')}, or all.`);
  }
  if (named.length === 0) return what === 'show' ? [...all, AUTHORITY] : all;
  if (named.includes('all')) return all;
  const unknown = named.filter((name) => name !== AUTHORITY && !all.includes(name));
  if (unknown.length > 0) throw new Error(`No service named ${unknown.join(', ')} has a key: ${all.join(', ')}.`);
  return named;
}
