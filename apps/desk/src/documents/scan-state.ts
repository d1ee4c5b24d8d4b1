import type { Language } from '@cups/application';
import { DOCUMENT_REFUSAL_TEXTS, REASON_TEXTS } from '@cups/application/texts';
import type { DocumentRefusal } from '@cups/application/texts';
import { plural } from '../language/plurals.ts';
import { formatMessage } from '../language/messages.ts';
import type { Text } from '../language/messages.ts';
import { PAGES } from '../texts/counts.ts';
import { DOCUMENTS } from '../texts/documents.ts';
import type { StoredDocument } from './types.ts';
import type { UploadState, UploadStatus } from './uploads.ts';

/** What a clerk reads about the scan of one document. */

export interface ScanState {
  tone: 'busy' | 'good' | 'bad';
  text: string;
  /** Beside the text: size, pages, malware scan. */
  more: string;
  /** Whether the content can be shown. */
  isReady: boolean;
  /** Between 0 and 1 while bytes are missing at the platform. */
  progress?: number | undefined;
  /** Whether the bytes are missing at the platform and in this browser. */
  isElsewhere?: boolean | undefined;
}

interface ScanFacts {
  upload: UploadStatus | undefined;
  /** The document as the platform knows it, if it was read. */
  stored: StoredDocument | undefined;
  /** Whether the draft or the answer names a document. */
  isNamed: boolean;
}

/** Returns the state of a scan, or undefined without one. */
export function describeScan({ upload, stored, isNamed }: ScanFacts, language: Language): ScanState | undefined {
  if (upload && upload.state !== 'complete') return describeUpload(upload, language);
  if (stored) return describeStored(stored, upload !== undefined, language);
  if (upload) return busy(DOCUMENTS.checking, formatBytes(upload.record.size, language), language);
  return isNamed
    ? { tone: 'good', text: formatMessage(language, DOCUMENTS.attached), more: '', isReady: false }
    : undefined;
}

const UPLOAD_TEXTS: Readonly<Record<Exclude<UploadState, 'rejected' | 'complete'>, Text>> = {
  queued: DOCUMENTS.queued,
  sending: DOCUMENTS.sending,
  interrupted: DOCUMENTS.interrupted,
  paused: DOCUMENTS.paused,
};

function describeUpload(upload: UploadStatus, language: Language): ScanState {
  const { state, record, sentBytes, rejection, isUnstored } = upload;
  if (state === 'rejected') return bad(rejection && REASON_TEXTS[rejection.reason], language);
  if (isUnstored && state !== 'sending') return bad(DOCUMENTS.unstored, language);
  if (record.isLocal && state !== 'paused') return busy(DOCUMENTS.kept, formatFile(record, language), language);
  const more = formatSent(sentBytes, record.size, language);
  const text = UPLOAD_TEXTS[state as keyof typeof UPLOAD_TEXTS];
  return Object.assign(busy(text, more, language), { progress: sentBytes / record.size });
}

function describeStored(stored: StoredDocument, isUploadedHere: boolean, language: Language): ScanState {
  const { state, refusal, pages = 0, size, uploadSize, scan } = stored;
  if (state === 'refused') return bad(DOCUMENT_REFUSAL_TEXTS[refusal as DocumentRefusal], language);
  if (state === 'erased') return bad(DOCUMENTS.erased, language);
  const facts = [formatBytes(size ?? uploadSize, language)];
  // What this page sent completely is being checked, even if the state was read before.
  if (state === 'uploading')
    return isUploadedHere ? busy(DOCUMENTS.checking, '', language) : elsewhere(stored, language);
  if (state === 'checking') return busy(DOCUMENTS.checking, facts.join(', '), language);
  if (pages > 0) facts.unshift(plural(pages, language, PAGES));
  if (scan === 'not-scanned') facts.push(formatMessage(language, DOCUMENTS.notScanned));
  return { tone: 'good', text: formatMessage(language, DOCUMENTS.ready), more: facts.join(', '), isReady: true };
}

/** Another computer or browser sends it, or has stopped. */
function elsewhere({ committedSize, uploadSize }: StoredDocument, language: Language): ScanState {
  const state = Object.assign(busy(DOCUMENTS.elsewhere, '', language), { isElsewhere: true });
  if (committedSize === undefined) return state;
  const more = formatSent(committedSize, uploadSize, language);
  return Object.assign(state, { more, progress: committedSize / uploadSize });
}

function formatFile({ size, pageSizes }: UploadStatus['record'], language: Language): string {
  const pages = pageSizes.length > 0 ? [plural(pageSizes.length, language, PAGES)] : [];
  return [...pages, formatBytes(size, language)].join(', ');
}

const formatSent = (sent: number, all: number, language: Language): string =>
  formatMessage(language, DOCUMENTS.sentOf, { sent: formatBytes(sent, language), all: formatBytes(all, language) });

function busy(text: Text, more: string, language: Language): ScanState {
  return { tone: 'busy', text: formatMessage(language, text), more, isReady: false };
}

function bad(text: Text | undefined, language: Language): ScanState {
  return { tone: 'bad', text: formatMessage(language, text ?? DOCUMENTS.refused), more: '', isReady: false };
}

const DECIMAL_SIGNS: Record<Language, string> = { ro: ',', ru: ',', en: '.' };
const UNITS: Record<Language, readonly [kilo: string, mega: string]> = {
  ro: ['KB', 'MB'],
  ru: ['КБ', 'МБ'],
  en: ['KB', 'MB'],
};

/** Returns a size such as 640 KB or 1,2 MB, with a no-break space. */
export function formatBytes(bytes: number, language: Language): string {
  const [kilo, mega] = UNITS[language];
  const kilobytes = Math.ceil(bytes / 1024);
  if (kilobytes < 1000) return `${kilobytes}\u00a0${kilo}`;
  return `${(bytes / 1024 / 1024).toFixed(1).replace('.', DECIMAL_SIGNS[language])}\u00a0${mega}`;
}
