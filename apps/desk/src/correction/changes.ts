import type { Content, Evidence } from '@cups/application';
import type { LocalizedText, PublicService, Submission } from '../api/types.ts';
import { formatAnswers } from '../language/answers.ts';
import { joinMessages } from '../language/messages.ts';
import type { Text } from '../language/messages.ts';
import { DELIVERY_TEXTS } from '../texts/content.ts';
import { FIELDS } from '../texts/visit-fields.ts';
import { fieldLabel } from '../visit/field-texts.ts';
import { isSame, pickContent } from '../visit/model/draft-merge.ts';
import { formSchemaOf } from '../visit/model/form.ts';
import { toApplicableContent, toFormValues } from '../visit/model/form-values.ts';
import type { FormValues } from '../visit/model/form-values.ts';

/** What a correction changes, and what of it is sent. */

/** One corrected value, in words. */
export interface Change {
  label: LocalizedText;
  /** Absent if nothing was filed. */
  before?: LocalizedText | undefined;
  /** Absent if it is removed. */
  after?: LocalizedText | undefined;
}

/** The members that this screen corrects. A mandate is replaced when another one is granted. */
const MEMBERS = ['answers', 'evidence', 'delivery'] as const;

export interface CorrectionContext {
  submission: Submission;
  /** With the form of the submission, which is that of its time. */
  service: PublicService | undefined;
  /** Civil date in Chisinau. */
  today: string;
}

/** Returns the service with the form under which the application was filed. */
export function withFiledForm(service: PublicService | undefined, submission: Submission): PublicService | undefined {
  if (!service?.version) return service;
  const version = Object.assign({}, service.version, { formSchema: submission.formSchema });
  return Object.assign({}, service, { version });
}

/** Returns the filed content as values of the controls. */
export const toFiledValues = ({ submission, service }: CorrectionContext): FormValues =>
  toFormValues(pickContent(submission), formSchemaOf(service));

/** Returns what was filed, as the form writes it, so that a value that nobody changed stays equal. */
export const toFiledContent = (context: CorrectionContext): Content =>
  toCorrectedContent(toFiledValues(context), context);

/** Returns the content with the values of the controls. Evidence keeps the members that no control shows. */
export function toCorrectedContent(values: FormValues, { submission, service, today }: CorrectionContext): Content {
  const typed = toApplicableContent(values, { form: formSchemaOf(service), today });
  const evidence = (pickContent(submission).evidence ?? []).map((filed) =>
    withNumbers(
      filed,
      typed.evidence?.find(({ kind }) => kind === filed.kind),
    ),
  );
  return evidence.length > 0 ? Object.assign({}, typed, { evidence }) : typed;
}

function withNumbers(filed: Evidence, typed: Evidence | undefined): Evidence {
  const { number: _number, verificationCode: _code, ...rest } = filed;
  const evidence: Evidence = rest;
  if (typed?.number) evidence.number = typed.number;
  if (typed?.verificationCode) evidence.verificationCode = typed.verificationCode;
  return evidence;
}

/** Returns the body of the correction: each changed member as a whole. */
export function toCorrection(filed: Content, corrected: Content): Record<string, unknown> {
  const changed = MEMBERS.filter((name) => !isSame(filed[name], corrected[name]));
  return Object.fromEntries(changed.map((name) => [name, corrected[name]]));
}

/** Returns the corrected values in the order of the screen. */
export function listChanges(filed: Content, corrected: Content, { service }: CorrectionContext): Change[] {
  const [before, after] = [describe(filed, service), describe(corrected, service)];
  return [...new Map([...before, ...after])]
    .map(([pointer, { label }]) => ({ label, before: before.get(pointer)?.value, after: after.get(pointer)?.value }))
    .filter((change) => !isSame(change.before, change.after));
}

type ContentInWords = Map<string, { label: LocalizedText; value: Text | LocalizedText }>;

function describe(content: Content, service: PublicService | undefined): ContentInWords {
  const described: ContentInWords = new Map();
  for (const { field, label, value } of formatAnswers(formSchemaOf(service) ?? {}, content.answers ?? {}).flatMap(
    ({ answers }) => answers,
  )) {
    described.set(`/answers/${field}`, { label, value });
  }
  for (const { kind, number, verificationCode } of content.evidence ?? []) {
    const label = fieldLabel(`/evidence/${kind}`, service);
    const text = number ?? verificationCode;
    if (text) described.set(`/evidence/${kind}`, { label, value: plain(text) });
  }
  if (content.delivery) {
    const { kind, note } = content.delivery;
    const value = joinMessages([DELIVERY_TEXTS[kind], ...(note ? [plain(note)] : [])]);
    described.set('/delivery', { label: FIELDS.delivery, value });
  }
  return described;
}

const plain = (text: string): Text => ({ ro: text, ru: text, en: text });
