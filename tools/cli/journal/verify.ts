import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKPOINT_KEY_SET } from '@cups/rpc';
import { CommandError, UsageError } from '../errors.ts';
import { resolvePath } from '../program.ts';
import { verifyWithServices } from './committed.ts';
import { isIntact, readCommitted, verifyJournal } from './verifier.ts';
import { verifyList } from './verify-list.ts';
import type { ListVerification } from './verify-list.ts';

export interface VerifyOptions {
  data: string;
  key?: string[];
  checkpoint?: string[];
  committed?: string;
  /** Whether to ask the services what they committed. */
  services?: boolean;
  /** Seconds for which an entry may be under way from its service to the log. */
  wait?: number;
}

/** Number of findings that the text lists. */
const MAX_LISTED = 20;
const ED25519 = 0x01;

/**
 * Verifies the journal in a folder, or that of the local platform.
 * @returns what was altered; see `verifyJournal`
 * @throws CommandError, one sentence, if nothing can be verified
 */
export async function verify(folder: string | undefined, options: VerifyOptions): Promise<string[]> {
  const { services = false, wait = 0, committed } = options;
  if (!services) return verifyFolder(folder, options);
  if (committed !== undefined) throw new UsageError('Use either --services or --committed.');
  return verifyWithServices((file) => verifyFolder(folder, { ...options, committed: file }), wait);
}

/** Attempts on the folder of a running journal. */
const MAX_ATTEMPTS = 5;

/** A running journal replaces files while they are read: findings count only if the checkpoint has stayed the same. */
async function verifyFolder(folder: string | undefined, options: VerifyOptions): Promise<string[]> {
  const journal = resolvePath(folder ?? join(options.data, 'journal'));
  const checkpoint = join(journal, 'checkpoint');
  const readState = (): string => (existsSync(checkpoint) ? readText(checkpoint) : '');
  for (let attempt = 1; ; attempt += 1) {
    const before = readState();
    const isLast = (): boolean => attempt === MAX_ATTEMPTS || readState() === before;
    try {
      const findings = await verifyState(journal, options);
      if (isIntact(findings) || isLast()) return findings;
    } catch (error) {
      if (isLast()) throw error instanceof CommandError ? error : new CommandError((error as Error).message);
    }
  }
}

async function verifyState(journal: string, options: VerifyOptions): Promise<string[]> {
  const { data, checkpoint = [], committed } = options;
  const read = (file: string): string => readText(resolvePath(file));
  return verifyJournal(journal, options.key ?? readLocalKeys(journal, resolvePath(data)), {
    checkpoints: checkpoint.map(read),
    committed: committed === undefined ? [] : readCommitted(resolvePath(committed)),
  });
}

/**
 * Verifies the file of a printed access list.
 * @throws CommandError, one sentence, if nothing can be verified
 */
export async function verifyAccessList(
  file: string,
  { data, key }: Pick<VerifyOptions, 'data' | 'key'>,
): Promise<ListVerification> {
  const bytes = readBytes(resolvePath(file));
  const keys = key ?? readLocalKeys(join(resolvePath(data), 'journal'), resolvePath(data));
  try {
    return verifyList(bytes, keys);
  } catch (error) {
    throw error instanceof CommandError ? error : new CommandError((error as Error).message);
  }
}

/** Returns the public keys of the local platform, in the form name+id+base64. */
export function readLocalKeys(journal: string, data: string): string[] {
  const file = join(data, 'keys', CHECKPOINT_KEY_SET);
  if (!existsSync(file))
    throw new CommandError(
      `${file} does not exist. Name the public key with --key; /journal/verifier of the platform shows it.`,
    );
  const [name = ''] = readText(join(journal, 'checkpoint')).split('\n');
  const { keys } = JSON.parse(readText(file)) as { keys: { x: string }[] };
  return keys.map(({ x }) => formatKey(name, Buffer.from(x, 'base64url')));
}

/** Formats an Ed25519 key as c2sp.org/signed-note. */
function formatKey(name: string, key: Buffer): string {
  const bytes = Buffer.concat([Buffer.of(ED25519), key]);
  const id = createHash('sha256').update(`${name}\n`).update(bytes).digest('hex').slice(0, 8);
  return `${name}+${id}+${bytes.toString('base64')}`;
}

const readText = (file: string): string => readBytes(file).toString();

function readBytes(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    throw new CommandError(`${file} cannot be read.`);
  }
}

/** Describes a list that was verified. */
export function formatList({ entries, sha256, findings }: ListVerification): string {
  const result =
    findings.length === 0 ? `The journal has all ${entries} entries of the list.` : formatFindings(findings);
  return `${result}\nSHA-256 of the list: ${sha256}`;
}

export function formatFindings(findings: readonly string[]): string {
  const more = findings.length - MAX_LISTED;
  return [
    isIntact(findings) ? 'The journal is intact.' : 'This was altered:',
    ...findings.slice(0, MAX_LISTED).map((finding) => `  ${finding}`),
    ...(more > 0 ? [`  … and ${more} more`] : []),
  ].join('\n');
}
