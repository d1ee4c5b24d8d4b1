import { validateHandOverRecord } from '@cups/application';
import type { HandOver } from '@cups/application';
import { RULE_TEXTS } from '@cups/application/texts';
import type { Application, Collection } from '../api/types.ts';
import type { LanguageContextValue } from '../language/language.tsx';
import type { Text } from '../language/messages.ts';
import type { WriteAction } from '../outbox/write.ts';
import type { FormError } from '../parts/error-summary.tsx';
import { HAND_OVER } from '../texts/hand-over.ts';

/** What a hand-over shows of an application; the collection of another centre's application has no more than names. */
export type HandOverSubject = Pick<Collection, 'id' | 'state' | 'serviceTitle' | 'training'> &
  Partial<
    Pick<Application, 'agency' | 'applicant' | 'represented' | 'evidence' | 'trackingNumber' | 'handOver'> &
      Pick<Collection, 'decision'>
  >;

/** Where the result is handed over: at the centre of the application, or at another that the applicant chose. */
export type HandOverPlace = 'own-centre' | 'collecting-centre';

/** The hand-over form. Nothing that the specialist has to check is preselected. */
export interface HandOverForm {
  collectedBy: HandOver['collectedBy'] | undefined;
  collectorName: string;
  power: string;
  idDocumentKind: string;
  idDocumentNumber: string;
  /** The specialist compared photograph and name. */
  compared: boolean;
  needMet: 'yes' | 'no' | undefined;
  missing: string;
}

/** Preselects the common case: the applicant collects, with the document they filed with. */
export function initialHandOverForm({ evidence, represented }: HandOverSubject): HandOverForm {
  const document = evidence?.find(({ kind }) => kind === 'identity-document');
  return {
    collectedBy: represented ? undefined : 'applicant',
    collectorName: '',
    power: '',
    idDocumentKind: document?.kind ?? 'identity-document',
    idDocumentNumber: '',
    compared: false,
    needMet: undefined,
    missing: '',
  };
}

interface QuestionScope {
  /** The result was handed over before; only the outcome is asked. */
  isOutcomeOnly: boolean;
  /** The outcome will be asked another time. */
  isOutcomeLater: boolean;
}

/** Returns missing and invalid answers, each with the ID of its control. */
export function validateHandOver(
  form: HandOverForm,
  { isOutcomeOnly, isOutcomeLater }: QuestionScope,
  t: LanguageContextValue['t'],
): FormError[] {
  const errors: FormError[] = [];
  const addErrorIf = (id: string, label: Text | undefined, isWrong: boolean, message: Text) =>
    isWrong && errors.push(label ? { id, label: t(label), message: t(message) } : { id, message: t(message) });
  if (!isOutcomeOnly) {
    addErrorIf('who', HAND_OVER.who, form.collectedBy === undefined, HAND_OVER.choose);
    const violations = form.collectedBy === undefined ? [] : validateHandOverRecord(toHandOver(form));
    const addViolation = (id: string, label: Text, field: string) => {
      const violation = violations.find((candidate) => candidate.field === field);
      if (violation) errors.push({ id, label: t(label), message: t(RULE_TEXTS[violation.rule], violation.params) });
      return violation !== undefined;
    };
    addViolation('collector', HAND_OVER.collector, '/collectorName');
    addViolation('power', HAND_OVER.power, '/ground/reference');
    if (!addViolation('id-document-number', HAND_OVER.number, '/idDocumentNumber')) {
      addErrorIf('id-document-number', HAND_OVER.number, !form.idDocumentNumber.trim(), RULE_TEXTS.REQUIRED);
    }
    addErrorIf('compared', undefined, !form.compared, HAND_OVER.photoMissing);
  }
  if (!isOutcomeLater) {
    addErrorIf('met', HAND_OVER.met, form.needMet === undefined, HAND_OVER.choose);
    addErrorIf('missing', HAND_OVER.missing, form.needMet === 'no' && !form.missing.trim(), RULE_TEXTS.REQUIRED);
  }
  return errors;
}

export function toHandOver(form: HandOverForm): HandOver {
  const { collectedBy = 'applicant', idDocumentKind, idDocumentNumber, collectorName, power } = form;
  const handOver: HandOver = { collectedBy, idDocumentKind };
  if (idDocumentNumber.trim()) handOver.idDocumentNumber = idDocumentNumber.trim();
  if (collectedBy !== 'representative') return handOver;
  handOver.collectorName = collectorName.trim();
  handOver.ground = { kind: 'power', reference: power.trim() };
  return handOver;
}

/** Returns the writes for the outbox, in order. The collecting centre never asks for the outcome. */
export function toWrites(
  form: HandOverForm,
  { isOutcomeOnly, isOutcomeLater }: QuestionScope,
  place: HandOverPlace,
): { kind: WriteAction; body: Record<string, unknown> }[] {
  if (place === 'collecting-centre') return [{ kind: 'collections/hand-over', body: { ...toHandOver(form) } }];
  const outcome: Record<string, unknown> = { needMet: form.needMet === 'yes' };
  if (form.needMet === 'no') outcome['missing'] = form.missing.trim();
  return [
    ...(isOutcomeOnly ? [] : [{ kind: 'hand-over' as const, body: { ...toHandOver(form) } }]),
    ...(isOutcomeLater ? [] : [{ kind: 'confirm-outcome' as const, body: outcome }]),
  ];
}
