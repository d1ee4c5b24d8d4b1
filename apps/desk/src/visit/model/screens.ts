import type { Content } from '@cups/application';
import type { PublicService } from '../../api/types.ts';
import { findApplicableFields, formSchemaOf, sectionsOf } from './form.ts';
import { findRequestedEvidence } from './service.ts';
import { isForAnotherPerson } from './form-values.ts';
import type { FormValues } from './form-values.ts';

/** The screens of a new application in their order: one idea each. */

export type ScreenId = 'service' | 'person' | 'behalf' | `form-${number}` | 'papers' | 'cost' | 'review' | 'receipt';

/** The steps that the rail names; several screens may belong to one. */
export const VISIT_STEPS = ['service', 'person', 'form', 'papers', 'cost', 'review'] as const;
export type VisitStep = (typeof VISIT_STEPS)[number];

/** Which screens this draft has: on whose behalf only when for another, parts of the form that have a field to fill in. */
export function resolveScreens(service: PublicService | undefined, values: FormValues, content: Content): ScreenId[] {
  const form = formSchemaOf(service);
  const parts = sectionsOf(form).flatMap((section, at): ScreenId[] =>
    form && findApplicableFields(form, section, content.answers ?? {}).length > 0 ? [`form-${at + 1}`] : [],
  );
  const documents: ScreenId[] = findRequestedEvidence(service, content).length > 0 ? ['papers'] : [];
  const behalf: ScreenId[] = isForAnotherPerson(values) ? ['behalf'] : [];
  return ['service', 'person', ...behalf, ...parts, ...documents, 'cost', 'review'];
}

export function stepOf(screen: ScreenId): VisitStep {
  if (screen.startsWith('form-')) return 'form';
  if (screen === 'behalf') return 'person';
  return screen === 'receipt' ? 'review' : (screen as VisitStep);
}

/** The steps that this draft has. */
export function resolveSteps(screens: readonly ScreenId[]): VisitStep[] {
  return VISIT_STEPS.filter((step) => screens.some((screen) => stepOf(screen) === step));
}

/** The screen on which a field stands, by its JSON pointer; the review for what stands on none. */
export function findScreen(
  pointer: string,
  service: PublicService | undefined,
  screens: readonly ScreenId[],
): ScreenId {
  const [, member = '', name] = pointer.split('/');
  const wanted = member === 'answers' ? formScreenOf(service, name) : SCREEN_BY_MEMBER[member];
  if (wanted && screens.includes(wanted)) return wanted;
  return member === 'mandate' || member === 'represented' ? 'person' : 'review';
}

const SCREEN_BY_MEMBER: Record<string, ScreenId> = {
  applicant: 'person',
  contact: 'person',
  behalf: 'person',
  represented: 'behalf',
  mandate: 'behalf',
  evidence: 'papers',
  costOption: 'cost',
  delivery: 'cost',
  checked: 'review',
};

function formScreenOf(service: PublicService | undefined, name: string | undefined): ScreenId | undefined {
  const index = sectionsOf(formSchemaOf(service)).findIndex(({ fields }) =>
    fields.some((field) => field.name === name),
  );
  return index < 0 ? undefined : `form-${index + 1}`;
}

/** The screen before or after one; itself at the ends. */
export function adjacentScreen(screens: readonly ScreenId[], screen: ScreenId, step: 1 | -1): ScreenId {
  const index = screens.indexOf(screen);
  return screens[Math.min(Math.max(index + step, 0), screens.length - 1)] ?? screen;
}
