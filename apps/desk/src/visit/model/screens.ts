import type { Content } from '@cups/application';
import type { PublicService } from '../../api/types.ts';
import { fieldsShown, formOf, sectionsOf } from './form.ts';
import { papersAsked } from './service.ts';
import { isForOther } from './typed.ts';
import type { Typed } from './typed.ts';

/** The screens of a new application in their order: one idea each. */

export type ScreenId = 'service' | 'person' | 'behalf' | `form-${number}` | 'papers' | 'cost' | 'review' | 'receipt';

/** The steps that the rail names; several screens may belong to one. */
export const STEPS = ['service', 'person', 'form', 'papers', 'cost', 'review'] as const;
export type Step = (typeof STEPS)[number];

/** Which screens this draft has: on whose behalf only when for another, parts of the form that have a field to fill in. */
export function screensOf(service: PublicService | undefined, typed: Typed, content: Content): ScreenId[] {
  const form = formOf(service);
  const parts = sectionsOf(form).flatMap((section, at): ScreenId[] =>
    form && fieldsShown(form, section, content.answers ?? {}).length > 0 ? [`form-${at + 1}`] : [],
  );
  const papers: ScreenId[] = papersAsked(service, content).length > 0 ? ['papers'] : [];
  const behalf: ScreenId[] = isForOther(typed) ? ['behalf'] : [];
  return ['service', 'person', ...behalf, ...parts, ...papers, 'cost', 'review'];
}

export function stepOf(screen: ScreenId): Step {
  if (screen.startsWith('form-')) return 'form';
  if (screen === 'behalf') return 'person';
  return screen === 'receipt' ? 'review' : (screen as Step);
}

/** The steps that this draft has. */
export function stepsOf(screens: readonly ScreenId[]): Step[] {
  return STEPS.filter((step) => screens.some((screen) => stepOf(screen) === step));
}

/** The screen on which a field stands, by its JSON pointer; the review for what stands on none. */
export function screenOf(at: string, service: PublicService | undefined, screens: readonly ScreenId[]): ScreenId {
  const [, member = '', name] = at.split('/');
  const wanted = member === 'answers' ? partOf(service, name) : SCREEN_OF[member];
  if (wanted && screens.includes(wanted)) return wanted;
  return member === 'mandate' || member === 'represented' ? 'person' : 'review';
}

const SCREEN_OF: Record<string, ScreenId> = {
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

function partOf(service: PublicService | undefined, name: string | undefined): ScreenId | undefined {
  const at = sectionsOf(formOf(service)).findIndex(({ fields }) => fields.some((field) => field.name === name));
  return at < 0 ? undefined : `form-${at + 1}`;
}

/** The screen before or after one; itself at the ends. */
export function beside(screens: readonly ScreenId[], screen: ScreenId, step: 1 | -1): ScreenId {
  const at = screens.indexOf(screen);
  return screens[Math.min(Math.max(at + step, 0), screens.length - 1)] ?? screen;
}
