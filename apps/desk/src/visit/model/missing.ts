import { completenessViolations } from '@cups/application';
import type { Content } from '@cups/application';
import type { Violation } from '@cups/problem';
import type { PublicService, Registry } from '../../api/types.ts';
import { answersCheckOf, formOf } from './form.ts';
import { screenOf } from './screens.ts';
import type { ScreenId } from './screens.ts';
import { agencyOf, requirementsOf } from './service.ts';
import { countingContent, isForOther } from './typed.ts';
import type { Typed } from './typed.ts';

/** What a draft lacks, by the controls that it is typed into. */

/** One wrong or missing field. */
export interface Lack {
  /** The pointer of its control. */
  at: string;
  screen: ScreenId;
  violation: Violation;
}

/** Where a draft stands: what the checks need to know of its service and its desk. */
export interface Place {
  registry: Registry;
  service: PublicService;
  today: string;
}

/** All that keeps the draft from being filed, as the platform will say it at submit; for another person, also whom it is for. */
export function lacksOf(typed: Typed, place: Place, screens: readonly ScreenId[]): Lack[] {
  const { registry, service, today } = place;
  const content = countingContent(typed, { form: formOf(service), today });
  const represented = isForOther(typed) ? { represented: content.represented ?? {} } : {};
  const violations = completenessViolations(
    Object.assign({}, content, represented),
    requirementsOf(service, agencyOf(registry, service)),
    { centreKind: registry.centre.kind, today },
    answersCheckOf(formOf(service)),
  );
  return located(violations, typed, content, service, screens);
}

/** Violations, also those that the platform told, with the controls that they belong to; each control once for each rule. */
export function located(
  violations: readonly Violation[],
  typed: Typed,
  content: Content,
  service: PublicService | undefined,
  screens: readonly ScreenId[],
): Lack[] {
  const told = new Map<string, Lack>();
  for (const violation of violations) {
    const at = controlOf(violation, content, isForOther(typed));
    // One thing is wrong with a control at a time: the first is what to mend first.
    if (!told.has(at)) told.set(at, { at, screen: screenOf(at, service, screens), violation });
  }
  const places = [...told.values()].map((lack) => ({ lack, at: placeOf(lack, screens) }));
  return places.sort((one, other) => one.at - other.at).map(({ lack }) => lack);
}

/** The checks name a given name before a family name; the screens ask the other way round. */
const ASKED = ['idnp', 'familyName', 'givenName', 'birthDate'];

/** Where a control stands: by its screen, and on it by what is asked first. */
function placeOf({ at, screen }: Lack, screens: readonly ScreenId[]): number {
  const asked = ASKED.indexOf(at.split('/').at(-1) ?? '');
  return 10 * screens.indexOf(screen) + (asked < 0 ? ASKED.length : asked);
}

/** The control that fills in the field of a violation. */
function controlOf({ field, rule, params }: Violation, content: Content, forOther: boolean): string {
  if (rule === 'EVIDENCE_MISSING' || rule === 'EVIDENCE_UNSEEN') return `/evidence/${params?.kind ?? ''}/how`;
  const [, member, name = '', part = ''] = field.split('/');
  if (member === 'evidence') {
    const kind = content.evidence?.[Number(name)]?.kind ?? '';
    return `/evidence/${kind}/${part === 'verificationCode' ? 'code' : part === 'number' ? 'number' : 'how'}`;
  }
  if (member === 'answers') return `/answers/${name}`;
  if (field === '/contact' || field === '/contact/none') return '/contact/means';
  if (field === '/mandate') return forOther ? '/mandate/kind' : '/behalf';
  if (rule === 'FOREIGN_DOCUMENT_NOT_TAKEN') return `/${member}/without`;
  if (field === '/delivery') return '/delivery/kind';
  return field;
}
