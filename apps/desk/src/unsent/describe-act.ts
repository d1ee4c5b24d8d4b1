import { NOTIFICATION_METHOD_TEXTS } from '@cups/application/texts';
import type { Text } from '@cups/application/texts';
import type { Application, Money, PublicService } from '../api/types.ts';
import { formatMoney } from '../language/money.ts';
import type { Write } from '../outbox/write.ts';
import { ACTS } from '../texts/unsent.ts';
import { fieldLabel } from '../visit/field-texts.ts';
import { pickContent } from '../visit/model/draft-merge.ts';
import { formSchemaOf } from '../visit/model/form.ts';
import { toFormValues } from '../visit/model/form-values.ts';
import type { FormValues } from '../visit/model/form-values.ts';

/** What an unsent act did, in words, beside what the platform has. */

export interface ActFact {
  label: Partial<Text>;
  here: string;
  /** The value at the platform; undefined where it has none to compare. */
  there?: string;
}

/** Returns the name of an act. */
export function actTitle({ kind }: Pick<Write, 'kind'>): Text {
  const action = kind.replace(/^collections\//, '').replace(/^.*\//, '') as keyof typeof ACTS;
  return ACTS[action];
}

/** Members of the form that say nothing to a person. */
const INTERNAL_POINTERS = ['/behalf', '/mandate/name', '/checked'];

/**
 * Returns the content of an act. Of entered data only what differs from the platform.
 * @param theirs the application as the platform has it
 */
export function actFacts(write: Write, service: PublicService | undefined, theirs?: Application | null): ActFact[] {
  const { kind, body } = write;
  if (kind !== 'create' && kind !== 'edit' && kind !== 'correct') return ownFacts(write);
  const here = toFormValues(pickContent(body), formSchemaOf(service));
  const there = theirs ? toFormValues(pickContent(theirs), formSchemaOf(service)) : undefined;
  return Object.keys(here)
    .filter(
      (pointer) => !INTERNAL_POINTERS.includes(pointer) && !(there && String(here[pointer]) === String(there[pointer])),
    )
    .map((pointer) => ({
      label: fieldLabel(pointer, service),
      here: valueText(here, pointer),
      ...(there && { there: valueText(there, pointer) }),
    }))
    .filter(({ label }) => Object.keys(label).length > 0);
}

function valueText(values: FormValues, pointer: string): string {
  const value = values[pointer];
  if (value === undefined) return '';
  if (typeof value === 'boolean') return value ? '✓' : '–';
  // The name of a scan says nothing to a person.
  if (pointer.endsWith('/copy')) return '✓';
  return typeof value === 'string' ? value : value.join(', ');
}

/** What a text of an act is; a note by default. */
const TEXT_LABELS: Readonly<Partial<Record<Write['kind'], Partial<Text>>>> = {
  messages: ACTS.messages,
  'complaints/answer': ACTS.answer,
};

/** Content of acts other than entered data. */
function ownFacts({ kind, body }: Pick<Write, 'kind' | 'body'>): ActFact[] {
  const text = (name: string): string => (typeof body[name] === 'string' ? body[name] : '');
  const method = NOTIFICATION_METHOD_TEXTS[text('method') as keyof typeof NOTIFICATION_METHOD_TEXTS] as
    Text | undefined;
  const amount = body['amount'] as Money | undefined;
  const values: [Partial<Text>, string][] = [
    [TEXT_LABELS[kind] ?? ACTS.notes, text('text')],
    [
      ACTS.file,
      kind === 'complaints/file' ? [text('date'), text('registrationNumber')].filter(Boolean).join(', ') : '',
    ],
    [ACTS.payment, [amount && formatMoney(amount), text('receiptNumber')].filter(Boolean).join(', ')],
    [ACTS['person-notifications'], method?.ro ?? ''],
    [ACTS['hand-over'], text('idDocumentNumber')],
  ];
  return values.filter(([, here]) => here !== '').map(([label, here]) => ({ label, here }));
}

/** Maximum length of a note. */
const MAX_NOTE = 500;

/** Returns an act as one line, for a note: `Plată (70,00 lei, 123).` */
export function actLine(write: Write, service: PublicService | undefined): string {
  const values = actFacts(write, service).map(({ here }) => here);
  const details = values.length > 0 ? ` (${values.join('; ')})` : '';
  return `${actTitle(write).ro}${details}.`;
}

/** Returns a text as the platform takes it for notes: lines of at most 500 characters, cut between words. */
export function toNoteTexts(text: string): string[] {
  const line = text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim();
  const notes: string[] = [];
  for (let rest = line; rest !== '';) {
    const space = rest.length > MAX_NOTE ? rest.lastIndexOf(' ', MAX_NOTE) : rest.length;
    const end = space > 0 ? space : MAX_NOTE;
    notes.push(rest.slice(0, end));
    rest = rest.slice(end).trim();
  }
  return notes;
}
