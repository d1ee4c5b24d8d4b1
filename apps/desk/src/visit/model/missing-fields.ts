import { validateCompleteness } from '@cups/application';
import type { Content } from '@cups/application';
import type { Violation } from '@cups/problem';
import type { PublicService, Catalog } from '../../api/types.ts';
import { createAnswersCheck, formSchemaOf } from './form.ts';
import { findScreen } from './screens.ts';
import type { ScreenId } from './screens.ts';
import { findAgency, toRequirements } from './service.ts';
import { toApplicableContent, isForAnotherPerson } from './form-values.ts';
import { findOpenSpellings } from './name-spelling.ts';
import type { FormValues } from './form-values.ts';

/** Finds what a draft lacks, by control. */

export interface MissingField {
  /** Pointer of the control. */
  pointer: string;
  screen: ScreenId;
  violation: Violation;
}

/** The catalog, service and date that the checks need. */
export interface CheckContext {
  catalog: Catalog;
  service: PublicService;
  today: string;
}

/** Returns everything that blocks the submission, as the platform will report it. */
export function findMissingFields(
  values: FormValues,
  context: CheckContext,
  screens: readonly ScreenId[],
): MissingField[] {
  const { catalog, service, today } = context;
  const content = toApplicableContent(values, { form: formSchemaOf(service), today });
  const represented = isForAnotherPerson(values) ? { represented: content.represented ?? {} } : {};
  const violations = validateCompleteness(
    Object.assign({}, content, represented),
    toRequirements(service, findAgency(catalog, service)),
    { centreKind: catalog.centre.kind, today, isMandateRequired: true },
    createAnswersCheck(formSchemaOf(service)),
  );
  return toMissingFields([...violations, ...findOpenSpellings(values)], values, content, service, screens);
}

/** Maps violations to controls, one per control. Accepts violations of the platform too. */
export function toMissingFields(
  violations: readonly Violation[],
  values: FormValues,
  content: Content,
  service: PublicService | undefined,
  screens: readonly ScreenId[],
): MissingField[] {
  const byControl = new Map<string, MissingField>();
  for (const violation of violations) {
    const pointer = controlPointer(violation, content, isForAnotherPerson(values));
    // The first violation of a control is the one to fix first.
    if (!byControl.has(pointer))
      byControl.set(pointer, { pointer, screen: findScreen(pointer, service, screens), violation });
  }
  const positioned = [...byControl.values()].map((missingField) => ({
    missingField,
    position: fieldPosition(missingField, screens),
  }));
  return positioned.sort((a, b) => a.position - b.position).map(({ missingField }) => missingField);
}

/** The checks report the given name first; the screen asks for the family name first. */
const FIELD_ORDER = ['idnp', 'familyName', 'givenName', 'birthDate'];

/** Sort key: the screen, then the order on it. */
function fieldPosition({ pointer, screen }: MissingField, screens: readonly ScreenId[]): number {
  const index = FIELD_ORDER.indexOf(pointer.split('/').at(-1) ?? '');
  return 10 * screens.indexOf(screen) + (index < 0 ? FIELD_ORDER.length : index);
}

/** Returns the pointer of the control that fixes a violation. */
function controlPointer({ field, rule, params }: Violation, content: Content, isForOther: boolean): string {
  if (rule === 'EVIDENCE_MISSING' || rule === 'EVIDENCE_NOT_VERIFIED') return `/evidence/${params?.kind ?? ''}/how`;
  const [, member, name = '', part = ''] = field.split('/');
  if (member === 'evidence') {
    const kind = content.evidence?.[Number(name)]?.kind ?? '';
    return `/evidence/${kind}/${part === 'verificationCode' ? 'code' : part === 'number' ? 'number' : 'how'}`;
  }
  if (member === 'answers') return `/answers/${name}`;
  if (field === '/contact' || field === '/contact/none') return '/contact/means';
  if (field === '/mandate') return isForOther ? '/mandate/kind' : '/behalf';
  if (rule === 'FOREIGN_DOCUMENT_NOT_TAKEN') return `/${member}/without`;
  if (field === '/delivery') return '/delivery/kind';
  return field;
}
