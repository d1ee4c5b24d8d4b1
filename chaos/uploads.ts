import { sha256Of, UploadClient, UploadError, buildPdf } from '@cups/tools/upload-client';
import { newUpload, uploadWithRepeats } from '@cups/tools/resumed-upload';
import { createJpeg, createPdf } from '@cups/tools/files';
import type { Desk } from '@cups/tools/desk';
import type { ObservedUpload } from './chaos-record.ts';
import { count, mapConcurrently, retryRequest } from './workload.ts';
import type { Workload } from './workload.ts';

/** Uploads of the desks. Each continues after every failure, and is recorded with what the platform acknowledged. */

/** A file to upload; `centre` is an index into the list of centres. */
export interface Scan {
  application: string;
  /** Kind of evidence. */
  kind: string;
  centre: number;
}

export interface Uploads {
  /** Uploads a valid file. @returns documents/{id} @throws UploadError when refused, AbortError on an abort */
  scan(given: Scan): Promise<string>;
  /** Uploads a file that the check must refuse. @throws as `scan` */
  scanUnsafe(given: Scan): Promise<string>;
  /** Uploads a file and removes it. @throws as `scan`, ApiError when the removal is refused */
  scanAndRemove(given: Scan): Promise<void>;
  /** Records that an acknowledged write names a document in evidence. */
  attached(name: string): void;
  /** Reads the contents at the desks. @returns everything that was uploaded */
  observe(): Promise<ObservedUpload[]>;
}

interface UploadContext {
  url: string;
  desks: readonly Desk[];
  counters: Pick<Workload, 'refused' | 'troubles' | 'raw' | 'remove'>;
  random: () => number;
  /** Aborts all uploads. */
  signal: AbortSignal;
}

interface ScannedFile extends Pick<ObservedUpload, 'isUnchanged' | 'refusal'> {
  bytes: Buffer;
  pageSizes?: number[];
}

/** Longer than any fault and the recovery from it. */
const UPLOAD_TIMEOUT_MS = 300_000;
/** Share of the repeats before which the browser was closed. */
const CLOSED_BROWSERS = 0.3;
const PHOTOGRAPHED_SHARE = 0.3;
const MAX_PHOTOGRAPHED_PAGES = 3;
/** Sizes of PDFs, in bytes: up to four chunks. */
const PDF_SIZES = [2_000, 230_000] as const;

export function openUploads(context: UploadContext): Uploads {
  const { desks, counters, random } = context;
  const all: (ObservedUpload & { centre: number })[] = [];
  const upload = async (scan: Scan, file: ScannedFile): Promise<ObservedUpload> => {
    const seen = createRecord(scan, file);
    all.push(seen);
    await run(context, { scan, file, seen });
    return seen;
  };
  return {
    scan: async (given) => nameOf(await upload(given, drawFile(all.length, random))),
    scanUnsafe: async (given) => nameOf(await upload(given, createUnsafeFile(all.length))),
    async scanAndRemove(given) {
      const seen = await upload(given, drawFile(all.length, random));
      await counters.remove(given.centre, `/${nameOf(seen)}`);
      seen.isRemoved = true;
    },
    attached(name) {
      for (const one of all) if (nameOf(one) === name) one.isAttached = true;
    },
    observe: () =>
      mapConcurrently(all, async ({ centre, ...seen }) => {
        if (!seen.isAcknowledged || seen.refusal !== undefined) return seen;
        const read = () => desks[centre]!.readContent(nameOf(seen));
        const contentSha256 = await retryRequest(read).then(sha256Of, () => undefined);
        return contentSha256 === undefined ? seen : Object.assign(seen, { contentSha256 });
      }),
  };
}

const nameOf = ({ documents }: ObservedUpload): string => `documents/${documents[0]}`;

function createRecord({ application, centre }: Scan, { bytes, isUnchanged, refusal }: ScannedFile) {
  const seen: ObservedUpload & { centre: number } = {
    centre,
    key: '',
    application,
    documents: [],
    isAcknowledged: false,
    regressions: [],
    uploadSha256: sha256Of(bytes),
    isUnchanged,
    isAttached: false,
    isRemoved: false,
  };
  if (refusal !== undefined) seen.refusal = refusal;
  return seen;
}

/** Uploads a file until the platform has acknowledged all bytes, and records what it answered. */
async function run(
  { url, desks, counters, random, signal }: UploadContext,
  { scan, file, seen }: { scan: Scan; file: ScannedFile; seen: ObservedUpload },
): Promise<void> {
  const { application, kind, centre } = scan;
  const { bytes, pageSizes } = file;
  const upload = newUpload(Object.assign({ application, kind, bytes }, pageSizes && { pageSizes }));
  seen.key = upload.key;
  const onFailure = (error: unknown): void => {
    const status = error instanceof UploadError ? error.status : 0;
    count(counters.troubles, status === 0 ? 'no answer' : `${status} upload`);
    if (status === 500) count(counters.raw, '500 upload');
  };
  const isForgetful = (): boolean => random() < CLOSED_BROWSERS;
  try {
    const client = new UploadClient(url, () => desks[centre]!.cookie());
    await uploadWithRepeats(client, upload, { timeoutMs: UPLOAD_TIMEOUT_MS, isForgetful, signal, onFailure });
    seen.isAcknowledged = true;
  } catch (error) {
    const what = error instanceof UploadError ? `${error.status} upload` : 'upload without end';
    if (!signal.aborted) counters.refused.push({ what, application });
    throw error;
  } finally {
    seen.documents = [...upload.paths].map((path) => path.slice(path.lastIndexOf('/') + 1));
    seen.regressions = upload.regressions;
  }
}

/** Creates a PDF of some chunks, or photographed pages. */
function drawFile(n: number, random: () => number): ScannedFile {
  if (random() >= PHOTOGRAPHED_SHARE) {
    const [from, to] = PDF_SIZES;
    return { bytes: buildPdf(Math.floor(from + random() * (to - from)), `scan ${n}`), isUnchanged: true };
  }
  const pages = Array.from({ length: 1 + Math.floor(random() * MAX_PHOTOGRAPHED_PAGES) }, createJpeg);
  const file: ScannedFile = { bytes: Buffer.concat(pages), isUnchanged: false };
  if (pages.length > 1) file.pageSizes = pages.map(({ length }) => length);
  return file;
}

const createUnsafeFile = (n: number): ScannedFile => ({
  bytes: createPdf(`scan ${n}`, { script: true }),
  isUnchanged: false,
  refusal: 'PDF_SCRIPT',
});
