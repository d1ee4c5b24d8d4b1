import { buildPrincipals } from '@cups/events/rights';
import { join } from 'node:path';
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
import { CommandError, formatError, UsageError } from '../errors.ts';
import { readPodAccess, openClusterKeyStore } from './cluster.ts';
import { openFolderKeyStore } from './folder.ts';
import { findLostKeySets, KEY_SET_ACTIONS, KEY_SETS } from './key-sets.ts';
import type { PlatformClient, StoreServiceName } from '../platform-client.ts';
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
import type { RotationContext } from './rotation.ts';
import { SIGNERS } from '../../platform/services.ts';

export interface KeyOptions {
  dir?: string;
  cluster: boolean;
  api?: string;
  namespace: string;
  prefix: string;
  now: boolean;
}
export type GenerateOptions = KeyOptions & { certificates: boolean; kafka: boolean; acceptLoss: boolean };
/** Actions on a key; `generate` has its own options. */
export type KeyStep = 'show' | 'publish' | 'activate' | 'retire' | 'renew';

type KeyAction = (context: RotationContext, service: string) => Promise<string>;
const ACTIONS: Record<string, KeyAction> = {
  generate: generateKey,
  show: async (context, service) =>
    `${await describeKey(context, service)}; ${await describeCertificate(context, service)}`,
  publish: publishNextKey,
  activate: activateNextKey,
  retire: retireOldKeys,
  renew: renewCertificate,
};
/** Actions on the certificate authority. */
const AUTHORITY_ACTIONS: Record<string, KeyAction> = {
  generate: generateAuthority,
  show: describeAuthority,
  publish: publishNextAuthority,
  activate: activateNextAuthority,
  retire: retireOldAuthority,
};
const KEY_SET_STEPS: Record<string, KeyAction> = KEY_SET_ACTIONS;
const AUTHORITY = 'authority';

/** Runs one step of a rotation, or shows the state. */
export async function runStep(step: KeyStep, names: string[], options: KeyOptions): Promise<void> {
  await runActions(step, names, createContext(options));
}

/** Generates what is missing. @throws CommandError when keys that only a backup has are lost, unless `acceptLoss` */
export async function generate(names: string[], options: GenerateOptions): Promise<void> {
  const context = createContext(options);
  if (!options.acceptLoss) await assertNoneLost(context.place);
  await runActions('generate', names, context);
  console.log(`intake: ${await generateSecret(context.place)}`);
  if (options.certificates) await generateCertificates(context, names);
  const users = options.kafka ? buildPrincipals('', { agencies: [], simulated: [] }) : [];
  for (const { user } of users) console.log(`${user}: ${await generatePassword(context.place, user)}`);
}

async function assertNoneLost(place: KeyStore): Promise<void> {
  const lost = await findLostKeySets(place);
  if (lost.length === 0) return;
  const sentences = lost.map(({ service, files }) => `${service} has lost its keys and ${files.join(', ')}.`);
  throw new CommandError(
    [
      ...sentences,
      'Restore them from a backup (docs/how-to/back-up-and-restore.md#keys-that-must-never-be-lost). Nothing was generated.',
      'If there is no backup, --accept-loss generates new ones; what the lost keys sealed stays unreadable, and the log of the journal ends.',
    ].join('\n'),
  );
}

function createContext(options: KeyOptions): RotationContext {
  const personNumbers = () => askPlatform(options.dir, (platform) => platform.identity().inspectPersonKeys({}));
  const dataKeys = (service: string) =>
    askPlatform(options.dir, (platform) => platform.operations(service as StoreServiceName).inspectDataKeys({}));
  return { place: openKeyStore(options), now: Date.now(), hurry: options.now, personNumbers, dataKeys };
}

async function runActions(what: string, names: string[], context: RotationContext): Promise<void> {
  for (const name of resolveNames(what, names)) {
    const run = findAction(what, name);
    if (!run) throw new UsageError(`${name} has only publish, activate and retire.`);
    console.log(`${name}: ${await run(context, name)}`);
  }
}

/** Asks the platform that `cups staff` would use. A folder of keys also holds the caller's key. */
async function askPlatform<T>(dir: string | undefined, ask: (platform: PlatformClient) => Promise<T>): Promise<T> {
  // Loaded here, since only two steps call a service.
  const { PlatformClient } = await import('../platform-client.ts');
  try {
    const variables = dir === undefined ? process.env : Object.assign({ KEYS_DIR: dir }, process.env);
    const platform = new PlatformClient(join(import.meta.dirname, '../../..'), variables);
    try {
      return await ask(platform);
    } finally {
      platform.close();
    }
  } catch (error) {
    throw new CommandError(formatError(error));
  }
}

async function generateCertificates(context: RotationContext, services: string[]): Promise<void> {
  const named = resolveNames('generate', services).filter((name) => SIGNERS.some((signer) => signer === name));
  if (!services.includes(AUTHORITY)) console.log(`${AUTHORITY}: ${await generateAuthority(context)}`);
  for (const service of named) console.log(`${service}: ${await ensureCertificate(context, service)}`);
}

function openKeyStore({ dir, cluster, api, namespace, prefix }: KeyOptions): KeyStore {
  const given = [dir !== undefined, cluster, api !== undefined].filter(Boolean).length;
  if (given !== 1) throw new UsageError('Use one of --dir <folder>, --cluster in a pod, and --api <url>.');
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
  if (named.length === 0 && !['generate', 'show'].includes(what)) {
    throw new UsageError(`Name the owner of the key: ${all.join(', ')}, or all.`);
  }
  if (named.length === 0) return what === 'show' ? [...all, AUTHORITY] : all;
  if (named.includes('all')) return all;
  const unknown = named.filter((name) => name !== AUTHORITY && !all.includes(name));
  if (unknown.length > 0) throw new UsageError(`No service named ${unknown.join(', ')} has a key: ${all.join(', ')}.`);
  return named;
}
