import { addCivilDays } from '@cups/application';
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
  /** yyyy-MM-dd */
  validUntil: string;
  /** The document of the result; undefined for none. */
  resultFile: ResultFile | undefined;
  text: TypedText;
  /** Marks of the template from which the text started. */
  textMarks: readonly string[];
  appealHow: TypedText;
  /** Marks of the template from which the way to appeal started. */
  appealMarks: readonly string[];
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
  validUntil: '',
  resultFile: undefined,
  text: EMPTY_TEXT,
  textMarks: [],
  appealHow: EMPTY_TEXT,
  appealMarks: [],
  appealUntil: '',
  agency: '',
};

/** Members of the form that a reply cannot be without, or that are out of bounds. */
export type MissingMember =
  | 'agencyReference'
  | 'note'
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
  const missing = (member: MissingMember, isMissing: boolean) => (isMissing ? [member] : []);
  switch (kind) {
    case 'acknowledged':
      return missing('agencyReference', isEmpty(form.agencyReference));
    case 'progressed':
      return [
        ...missing('note', isEmpty(form.note) && form.expectedDecisionDate === ''),
        ...missing('expectedDecisionDate', isOutOfBounds(form.expectedDecisionDate, today)),
      ];
    case 'documentsRequested':
      return [...missing('documents', form.documents.length === 0), ...missing('answerBy', form.answerBy === '')];
    case 'decided':
      return [
        ...missing('outcome', form.outcome === undefined),
        ...missing('resultKind', form.outcome === 'approved' && form.resultKind === undefined),
        ...missing('resultFile', form.outcome === 'approved' && isUnchecked(form)),
        ...missing('text', form.outcome === 'rejected' && isEmpty(form.text.ro)),
        ...missing('textMarks', form.outcome === 'rejected' && isUnfilled(form.text, form.textMarks)),
        ...missing('appealHow', form.outcome === 'rejected' && hasAppeal(form) && isEmpty(form.appealHow.ro)),
        ...missing('appealMarks', form.outcome === 'rejected' && isUnfilled(form.appealHow, form.appealMarks)),
      ];
    case 'resultCorrected':
      return [
        ...missing('resultKind', form.resultKind === undefined),
        ...missing('resultFile', isUnchecked(form)),
        ...missing('text', isEmpty(form.text.ro)),
      ];
    case 'resultRevoked':
      return missing('text', isEmpty(form.text.ro));
    case 'passedOn':
      return [...missing('agency', form.agency === ''), ...missing('text', isEmpty(form.text.ro))];
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
  /** Number of the newest submission. */
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
  const members = (): object => {
    switch (kind) {
      case 'acknowledged':
        return { submission, agencyReference: form.agencyReference.trim() };
      case 'progressed':
        return {
          ...(form.note.trim() && { note: form.note.trim() }),
          ...(form.expectedDecisionDate && { expectedDecisionDate: form.expectedDecisionDate }),
        };
      case 'documentsRequested': {
        const message = toText(form.text);
        return {
          documents: form.documents.map((document) => ({ kind: document })),
          answerBy: form.answerBy,
          ...(message && { message }),
        };
      }
      case 'decided':
        return form.outcome === 'approved'
          ? { outcome: 'approved', decideTime: now, result: toResult(form) }
          : { outcome: 'rejected', decideTime: now, reason: toText(form.text), ...toAppeal(form) };
      case 'resultCorrected':
        return { result: toResult(form), reason: toText(form.text) };
      case 'resultRevoked':
        return { reason: toText(form.text) };
      case 'passedOn':
        return { agency: form.agency.replace('agencies/', ''), reason: toText(form.text) };
    }
  };
  return { type: REPLY_TYPES[kind], content: { application, ...members() } };
}

/** Returns the typed languages; undefined for none. */
function toText(text: TypedText): Partial<TypedText> | undefined {
  const typed = Object.entries(text).flatMap(([language, value]) =>
    value.trim() === '' ? [] : [[language, value.trim()] as const],
  );
  return typed.length > 0 ? (Object.fromEntries(typed) as Partial<TypedText>) : undefined;
}

function toResult({ resultKind, resultNumber, verificationCode, validUntil, resultFile }: ReplyForm): object {
  return {
    kind: resultKind,
    ...(resultNumber.trim() && { number: resultNumber.trim() }),
    ...(verificationCode.trim() && { verificationCode: verificationCode.trim() }),
    ...(validUntil && { validUntil }),
    ...(resultFile?.id && { documents: [resultFile.id] }),
  };
}

const toAppeal = (form: ReplyForm): object =>
  hasAppeal(form)
    ? { appeal: { how: toText(form.appealHow), ...(form.appealUntil && { until: form.appealUntil }) } }
    : {};
