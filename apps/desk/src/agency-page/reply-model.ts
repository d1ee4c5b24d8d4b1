import { addCivilDays } from '@cups/application';
import { hasOpenPlaceholder } from '@cups/application/placeholders';
import { REPLY_TYPES } from './reply-types.ts';
import { isUnfilled } from './text-templates.ts';
import type { AgencyStage } from '../api/types.ts';

/** The replies of a clerk: what is typed, what is missing, and the content of the agency contract. */

export type ReplyKind = keyof typeof REPLY_TYPES;

/** Texts by language; Romanian is required where a text is. */
export interface TypedText {
  ro: string;
  ru: string;
  en: string;
}

/** A chosen document of the result. Only an available one can be sent. */
export interface ResultFile {
  /** Name of the file on the clerk's computer; it is not sent. */
  name: string;
  /** Bytes. */
  size: number;
  state: 'sending' | 'coming' | 'available' | 'refused';
  /** ULID, once the platform has it. */
  id?: string;
}

export interface ReplyForm {
  agencyReference: string;
  note: string;
  /** Day by which the agency expects to decide, yyyy-MM-dd; '' for none. */
  expectedDecisionDate: string;
  /** Kinds of the requested documents. */
  documents: readonly string[];
  /** yyyy-MM-dd */
  answerBy: string;
  outcome: 'approved' | 'rejected' | undefined;
  resultKind: 'paper' | 'electronic' | 'payment' | undefined;
  resultNumber: string;
  verificationCode: string;
  /** Address at which anybody verifies the result; '' for none. It is only repeated in a correction. */
  verificationUrl: string;
  /** yyyy-MM-dd */
  validUntil: string;
  /** The document of the result; undefined for none. */
  resultFile: ResultFile | undefined;
  /** IDs of further documents, which a correction repeats. */
  otherDocuments: readonly string[];
  /** The text to the person in each kind of reply that the clerk began: a reason, or what is asked for. */
  texts: Readonly<Partial<Record<ReplyKind, TypedText>>>;
  appealHow: TypedText;
  /** yyyy-MM-dd */
  appealUntil: string;
  /** agencies/{code} of the competent agency; '' while none is chosen. */
  agency: string;
}

const EMPTY_TEXT: TypedText = { ro: '', ru: '', en: '' };

export const EMPTY_REPLY: ReplyForm = {
  agencyReference: '',
  note: '',
  expectedDecisionDate: '',
  documents: [],
  answerBy: '',
  outcome: undefined,
  resultKind: undefined,
  resultNumber: '',
  verificationCode: '',
  verificationUrl: '',
  validUntil: '',
  resultFile: undefined,
  otherDocuments: [],
  texts: {},
  appealHow: EMPTY_TEXT,
  appealUntil: '',
  agency: '',
};

/** Returns the text of a kind of reply. */
export const textOf = ({ texts }: ReplyForm, kind: ReplyKind): TypedText => texts[kind] ?? EMPTY_TEXT;

/** Members of the form that a reply cannot be without, or that are out of bounds. */
export type MissingMember =
  | 'agencyReference'
  | 'note'
  | 'noteMarks'
  | 'expectedDecisionDate'
  | 'documents'
  | 'answerBy'
  | 'outcome'
  | 'resultKind'
  | 'resultFile'
  | 'agency'
  | 'text'
  | 'textMarks'
  | 'appealHow'
  | 'appealMarks';

/** Replies in the order of their buttons, by stage. */
export const REPLIES: Readonly<Record<AgencyStage, readonly ReplyKind[]>> = {
  'to-acknowledge': ['acknowledged', 'decided', 'documentsRequested', 'passedOn'],
  'in-progress': ['decided', 'documentsRequested', 'progressed', 'passedOn'],
  'documents-requested': ['decided', 'progressed', 'passedOn'],
  decided: ['resultCorrected', 'resultRevoked'],
  ended: [],
};

/** Maximum number of days from today to the day of the expected decision, as in the agency contract. */
const MAX_EXPECTED_DAYS = 366;

/**
 * Returns what is missing or out of bounds, in the order of the form.
 * @param today yyyy-MM-dd
 */
export function findMissing(kind: ReplyKind, form: ReplyForm, today: string): MissingMember[] {
  const isEmpty = (text: string) => text.trim() === '';
  const text = textOf(form, kind);
  const isRejected = form.outcome === 'rejected';
  const missing = (member: MissingMember, isMissing: boolean) => (isMissing ? [member] : []);
  const missingReason = [...missing('text', isEmpty(text.ro)), ...missing('textMarks', isUnfilled(text))];
  switch (kind) {
    case 'acknowledged':
      return missing('agencyReference', isEmpty(form.agencyReference));
    case 'progressed':
      return [
        ...missing('note', isEmpty(form.note) && form.expectedDecisionDate === ''),
        ...missing('noteMarks', hasOpenPlaceholder(form.note)),
        ...missing('expectedDecisionDate', isOutOfBounds(form.expectedDecisionDate, today)),
      ];
    case 'documentsRequested':
      return [
        ...missing('documents', form.documents.length === 0),
        ...missing('answerBy', form.answerBy === ''),
        ...missing('textMarks', isUnfilled(text)),
      ];
    case 'decided':
      return [
        ...missing('outcome', form.outcome === undefined),
        ...missing('resultKind', form.outcome === 'approved' && form.resultKind === undefined),
        ...missing('resultFile', form.outcome === 'approved' && isUnchecked(form)),
        ...(isRejected ? missingReason : []),
        ...missing('appealHow', isRejected && hasAppeal(form) && isEmpty(form.appealHow.ro)),
        ...missing('appealMarks', isRejected && isUnfilled(form.appealHow)),
      ];
    case 'resultCorrected':
      return [
        ...missing('resultKind', form.resultKind === undefined),
        ...missing('resultFile', isUnchecked(form)),
        ...missingReason,
      ];
    case 'resultRevoked':
      return missingReason;
    case 'passedOn':
      return [...missing('agency', form.agency === ''), ...missingReason];
  }
}

const isOutOfBounds = (day: string, today: string): boolean =>
  day !== '' && (day < today || day > addCivilDays(today, MAX_EXPECTED_DAYS));

const isUnchecked = ({ resultFile }: ReplyForm): boolean =>
  resultFile !== undefined && resultFile.state !== 'available';

const hasAppeal = ({ appealHow, appealUntil }: ReplyForm): boolean =>
  appealUntil !== '' || Object.values(appealHow).some((text) => text.trim() !== '');

export interface ReplyContext {
  /** applications/{id} */
  application: string;
  /** Number of the newest submission that the clerk sees. */
  submission: number;
  /** RFC 3339 */
  now: string;
}

/** Returns the type and the content of the agency contract. The form must have nothing missing. */
export function toReply(
  kind: ReplyKind,
  form: ReplyForm,
  { application, submission, now }: ReplyContext,
): { type: string; content: Record<string, unknown> } {
  const text = toText(textOf(form, kind));
  const members = (): object => {
    switch (kind) {
      case 'acknowledged':
        return { agencyReference: form.agencyReference.trim() };
      case 'progressed':
        return {
          ...(form.note.trim() && { note: form.note.trim() }),
          ...(form.expectedDecisionDate && { expectedDecisionDate: form.expectedDecisionDate }),
        };
      case 'documentsRequested':
        return {
          documents: form.documents.map((document) => ({ kind: document })),
          answerBy: form.answerBy,
          ...(text && { message: text }),
        };
      case 'decided':
        return form.outcome === 'approved'
          ? { outcome: 'approved', decideTime: now, result: toResult(form) }
          : { outcome: 'rejected', decideTime: now, reason: text, ...toAppeal(form) };
      case 'resultCorrected':
        return { result: toResult(form), reason: text };
      case 'resultRevoked':
        return { reason: text };
      case 'passedOn':
        return { agency: form.agency.replace('agencies/', ''), reason: text };
    }
  };
  return { type: REPLY_TYPES[kind], content: { application, submission, ...members() } };
}

/** Returns the typed languages; undefined for none. */
function toText(text: TypedText): Partial<TypedText> | undefined {
  const typed = Object.entries(text).flatMap(([language, value]) =>
    value.trim() === '' ? [] : [[language, value.trim()] as const],
  );
  return typed.length > 0 ? (Object.fromEntries(typed) as Partial<TypedText>) : undefined;
}

function toResult({ resultKind, resultNumber, verificationCode, validUntil, ...form }: ReplyForm): object {
  const { verificationUrl, resultFile, otherDocuments } = form;
  const documents = [...(resultFile?.id ? [resultFile.id] : []), ...otherDocuments];
  return {
    kind: resultKind,
    ...(resultNumber.trim() && { number: resultNumber.trim() }),
    ...(verificationCode.trim() && { verificationCode: verificationCode.trim() }),
    ...(validUntil && { validUntil }),
    ...(verificationUrl && { verificationUrl }),
    ...(documents.length > 0 && { documents }),
  };
}

const toAppeal = (form: ReplyForm): object =>
  hasAppeal(form)
    ? { appeal: { how: toText(form.appealHow), ...(form.appealUntil && { until: form.appealUntil }) } }
    : {};
