import type { Content } from '@cups/application';
import type { PublicService } from '../../api/types.ts';
import { findApplicableFields, formSchemaOf, sectionsOf } from './form.ts';
import { findRequestedEvidence } from './service.ts';
import { isForAnotherPerson } from './form-values.ts';
import type { FormValues } from './form-values.ts';

/** The screens of a visit, in order. */

export type ScreenId =
  'service' | 'person' | 'behalf' | `form-${number}` | 'papers' | 'cost' | 'mandate' | 'review' | 'receipt';

/** The steps of the navigation. A step may have several screens. */
export const VISIT_STEPS = ['service', 'person', 'form', 'papers', 'cost', 'mandate', 'review'] as const;
export type VisitStep = (typeof VISIT_STEPS)[number];

/** Returns the screens of a draft: `behalf` only for another person, and form sections with an applicable field. */
export function resolveScreens(service: PublicService | undefined, values: FormValues, content: Content): ScreenId[] {
  const form = formSchemaOf(service);
  const parts = sectionsOf(form).flatMap((section, at): ScreenId[] =>
    form && findApplicableFields(form, section, content.answers ?? {}).length > 0 ? [`form-${at + 1}`] : [],
  );
  const documents: ScreenId[] = findRequestedEvidence(service, content).length > 0 ? ['papers'] : [];
  const behalf: ScreenId[] = isForAnotherPerson(values) ? ['behalf'] : [];
  return ['service', 'person', ...behalf, ...parts, ...documents, 'cost', 'mandate', 'review'];
}

export function stepOf(screen: ScreenId): VisitStep {
  if (screen.startsWith('form-')) return 'form';
  if (screen === 'behalf') return 'person';
  return screen === 'receipt' ? 'review' : (screen as VisitStep);
}

export function resolveSteps(screens: readonly ScreenId[]): VisitStep[] {
  return VISIT_STEPS.filter((step) => screens.some((screen) => stepOf(screen) === step));
}

/** Returns the screen of a field by its pointer; `review` if none has it. */
export function findScreen(
  pointer: string,
  service: PublicService | undefined,
  screens: readonly ScreenId[],
): ScreenId {
  const [, member = '', name] = pointer.split('/');
  if (pointer === '/mandate/name') return 'mandate';
  const screen = member === 'answers' ? formScreenOf(service, name) : SCREEN_BY_MEMBER[member];
  if (screen && screens.includes(screen)) return screen;
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

/** Returns the adjacent screen, or the same one at the ends. */
export function adjacentScreen(screens: readonly ScreenId[], screen: ScreenId, step: 1 | -1): ScreenId {
  const index = screens.indexOf(screen);
  return screens[Math.min(Math.max(index + step, 0), screens.length - 1)] ?? screen;
}
