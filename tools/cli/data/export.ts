import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Language } from '@cups/application';
import { joinCopyPages, renderCopy } from '@cups/application/person-copy';
import type { CopyReason, PersonCopy, PersonCopyPage } from '@cups/application/person-copy';
import { toProtoEnum } from '@cups/contracts/proto';
import { readCopyPage } from '@cups/gateway/person-copy';
import type { CopyClients } from '@cups/gateway/person-copy';
import { CommandError, UsageError } from '../errors.ts';
import { readPersonalNumber } from './personal-number.ts';
import { PlatformClient } from '../platform-client.ts';
import { printResult, resolvePath } from '../program.ts';

export interface ExportOptions {
  reason: string;
  evidence: string;
  out: string;
  language: Language;
  actor: string;
  json: boolean;
}

const REASONS: readonly CopyReason[] = ['person-request', 'authority-request', 'court'];
/** The most that one call returns, in bytes. */
const CHUNK_BYTES = 1024 * 1024;
const OWNER_ONLY = { mode: 0o600, flag: 'wx' } as const;
const EXTENSIONS: Readonly<Record<string, string>> = {
  'application/pdf': 'pdf',
  'image/jpeg': 'jpg',
  'image/png': 'png',
};

/** Writes the copy of a person's data into a new folder. */
export async function exportPerson(options: ExportOptions): Promise<void> {
  const reason = REASONS.find((one) => one === options.reason);
  if (!reason) throw new UsageError(`--reason: one of ${REASONS.join(', ')}.`);
  const platform = new PlatformClient(join(import.meta.dirname, '../../..'), process.env);
  try {
    const folder = resolvePath(options.out);
    const idnp = await readPersonalNumber();
    await createFolder(folder);
    const clients = {
      intake: platform.intake(),
      identity: platform.identity(),
      documents: platform.documents(),
      notifications: platform.notifications(),
      journal: platform.journal(),
    };
    const copy = await readCopy(clients, idnp, reason, options);
    await writeCopy(folder, copy, options.language);
    const documents = await writeDocuments(folder, clients, copy);
    const found = { copy: copy.copy, folder, applications: copy.applications.length, documents };
    const missing = copy.unavailableParts.length > 0 ? ' The journal did not respond: its proofs are missing.' : '';
    const unreadable = copy.unreadable.length > 0 ? ` Cannot be read: ${copy.unreadable.join(', ')}.` : '';
    const counts = `${found.applications} applications, ${documents} documents`;
    printResult(options.json, found, `Copy ${copy.copy} in ${folder}: ${counts}.${missing}${unreadable}`);
  } finally {
    platform.close();
  }
}

/** @throws CommandError for a folder that exists */
async function createFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
    await mkdir(join(folder, 'documents'), { mode: 0o700 });
  } catch (error) {
    throw new CommandError(`The folder ${folder} cannot be created: ${(error as NodeJS.ErrnoException).code}.`);
  }
}

async function readCopy(
  clients: CopyClients,
  idnp: string,
  reason: CopyReason,
  { evidence, actor }: ExportOptions,
): Promise<PersonCopy> {
  const request = { idnp, reason: toProtoEnum('COPY_REASON_', reason), evidence, actor };
  const pages: PersonCopyPage[] = [];
  let pageToken: string | undefined = '';
  while (pageToken !== undefined) {
    // The same JSON as over HTTP, where members without a value are absent.
    const page = JSON.parse(
      JSON.stringify(await readCopyPage(clients, { ...request, pageToken }, {})),
    ) as PersonCopyPage;
    pages.push(page);
    pageToken = page.nextPageToken;
  }
  return joinCopyPages(pages, { reason, evidence, createTime: new Date().toISOString() });
}

async function writeCopy(folder: string, copy: PersonCopy, language: Language): Promise<void> {
  const json = `${JSON.stringify(copy, null, 1)}\n`;
  const sha256 = createHash('sha256').update(json).digest('hex');
  const require = createRequire(import.meta.url);
  const readFont = (name: string) => readFile(require.resolve(`@cups/application/fonts/${name}`));
  const fonts = { regular: await readFont('onest-regular.ttf'), semibold: await readFont('onest-semibold.ttf') };
  await writeFile(join(folder, 'copy.json'), json, OWNER_ONLY);
  await writeFile(join(folder, 'copy.pdf'), await renderCopy(copy, { language, fonts, sha256 }), OWNER_ONLY);
}

/** Writes the documents that have content. @returns their number @throws CommandError for content that is not as listed */
async function writeDocuments(folder: string, clients: CopyClients, { applications }: PersonCopy): Promise<number> {
  const ready = applications.flatMap(({ documents }) => documents.filter(({ state }) => state === 'ready'));
  for (const { name, sha256, mediaType = '' } of ready) {
    const content = await readContent(clients, name);
    if (createHash('sha256').update(content).digest('hex') !== sha256)
      throw new CommandError(`The content of ${name} differs from its SHA-256.`);
    const file = `${name.slice('documents/'.length)}.${EXTENSIONS[mediaType] ?? 'bin'}`;
    await writeFile(join(folder, 'documents', file), content, OWNER_ONLY);
  }
  return ready.length;
}

async function readContent({ documents }: CopyClients, name: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  let [offset, size] = [0, 1];
  while (offset < size) {
    const part = await documents.exportContent({ name, offset, limit: CHUNK_BYTES });
    if (part.data.length === 0) throw new CommandError(`The content of ${name} is incomplete.`);
    parts.push(part.data);
    offset += part.data.length;
    size = Number(part.size);
  }
  return Buffer.concat(parts);
}
