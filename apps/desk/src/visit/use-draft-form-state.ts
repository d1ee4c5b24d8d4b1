import { useEffect, useMemo, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { today as todayHere } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import type { Text } from '../language/messages.ts';
import type { Catalog } from '../api/types.ts';
import { isReachable } from '../session/connectivity.ts';
import { useSignedIn } from '../session/session.tsx';
import { SCAN_PANEL } from '../texts/scan-panel.ts';
import type { UploadStatus } from '../documents/uploads.ts';
import { useAllUploads } from '../documents/use-uploads.ts';
import { VISIT } from '../texts/visit.ts';
import type { DraftForm } from './draft-form.tsx';
import { formSchemaOf } from './model/form.ts';
import type { FieldValue } from './model/form.ts';
import { findMissingFields, toMissingFields } from './model/missing-fields.ts';
import type { MissingField } from './model/missing-fields.ts';
import { adjacentScreen, resolveScreens } from './model/screens.ts';
import type { ScreenId } from './model/screens.ts';
import { isSame, setOrDelete } from './model/draft-merge.ts';
import { findAgency, listDeliveryKinds, findOnlyCostOption, findService } from './model/service.ts';
import { toApplicableContent } from './model/form-values.ts';
import { mandateBasis, withoutMandateName } from './model/mandate-basis.ts';
import { newDraft, draftPath } from './visit-store.ts';
import type { Draft, Visit } from './visit-store.ts';
import { useDraftSync } from './use-draft-sync.ts';
import { useVisits } from './visits.tsx';
import { missingFieldText } from './field-texts.ts';

/** Rules of missing values: reported when the user continues, not while the field is empty. */
const MISSING_VALUE_RULES = [
  'REQUIRED',
  'REQUIRED_WITH',
  'CONTACT_MISSING',
  'EVIDENCE_MISSING',
  'EVIDENCE_NOT_VERIFIED',
];

/** Returns the state that the screens of a draft share. */
export function useDraftFormState(
  visit: Visit,
  draft: Draft,
  catalog: Catalog,
  requestedScreen: ScreenId | undefined,
): DraftForm {
  const { t } = useLanguage();
  const [, navigate] = useLocation();
  const [blockingText, setBlockingText] = useState<string>();
  const { typed: values } = draft;
  const { service, today, reading, content, screens, localMissing } = useDraftContent(draft, catalog);
  const screen = requestedScreen && screens.includes(requestedScreen) && service ? requestedScreen : 'service';
  const sync = useDraftSync(draft, reading);
  const missingFields = withPlatformViolations(localMissing, sync, values, content, service, screens);
  const errors = useFieldErrors(missingFields, screen, { values, service });
  const scans = useAllUploads().filter(({ record }) => record.application === draft.id);
  const changes = useDraftChanges(visit, draft, catalog, sync);
  const go = (to: ScreenId) => {
    setBlockingText(undefined);
    navigate(changes.moveTo(to));
  };

  /** A scan that is being stored proves it. */
  const isScanned = ({ pointer }: MissingField) =>
    scans.some(({ record }) => pointer === `/evidence/${record.kind}/how`);

  function submit(): void {
    errors.stay();
    // What only the platform has reported is sent again: it decides whether that is complete now.
    if (localMissing.length > 0) return document.getElementById('missing')?.focus();
    if (values['/checked'] !== true) return setBlockingText(t(VISIT.checkFirst));
    const problem = scanProblem(scans);
    setBlockingText(problem && t(problem));
    if (!problem) void sync.submit();
  }
  function next(): void {
    if (screen === 'review') return submit();
    const isBlocked = localMissing.some(
      (field) => field.screen === screen && !isBroughtLater(field, values) && !isScanned(field),
    );
    return isBlocked ? errors.stay() : go(adjacentScreen(screens, screen, 1));
  }
  const pendingNext = usePendingNext(next);
  const agency = service && findAgency(catalog, service);
  const form = {
    visit,
    draft,
    values,
    content,
    catalog,
    service,
    agency,
    today,
    screens,
    screen,
    missingFields,
    blockingText,
    sync,
  };
  return Object.assign(form, {
    errorAt: errors.errorAt,
    attempt: errors.attempt,
    markTouched: errors.left,
    setValue: changes.set,
    setValues: changes.setAll,
    chooseService: (code: string) =>
      code === draft.service ? go(adjacentScreen(screens, 'service', 1)) : navigate(changes.choose(code)),
    go,
    next: pendingNext.next,
    waitFor: pendingNext.waitFor,
    back: () => (screen === 'service' ? navigate('/') : go(adjacentScreen(screens, screen, -1))),
    setBlockingText,
  });
}

/** Returns why scans block a submission. It does not wait for bytes, but it needs the names of the documents. */
function scanProblem(scans: readonly UploadStatus[]): Text | undefined {
  if (scans.some(({ record }) => !record.isNamed)) return SCAN_PANEL.notNamed;
  return scans.some(({ isUnstored }) => isUnstored) && !isReachable() ? SCAN_PANEL.diskFull : undefined;
}

/** Runs `next` after pending work has filled its fields. */
function usePendingNext(next: () => void): Pick<DraftForm, 'next' | 'waitFor'> {
  const latest = useRef(next);
  useEffect(() => {
    latest.current = next;
  });
  const running = useRef(0);
  const isNextPending = useRef(false);
  const [handlers] = useState(() => ({
    next(): void {
      if (running.current > 0) isNextPending.current = true;
      else latest.current();
    },
    waitFor(work: Promise<unknown>): void {
      running.current += 1;
      const done = () => {
        running.current -= 1;
        if (!isNextPending.current || running.current > 0) return;
        isNextPending.current = false;
        // Waits for the fields to render.
        setTimeout(() => latest.current());
      };
      work.then(done, done);
    },
  }));
  return handlers;
}

/** The content, screens and missing fields of a draft. */
function useDraftContent({ service: code, typed: values }: Draft, catalog: Catalog) {
  const [today] = useState(() => todayHere());
  const service = findService(catalog, code);
  const reading = useMemo(() => ({ form: formSchemaOf(service), today }), [service, today]);
  const content = useMemo(() => toApplicableContent(values, reading), [values, reading]);
  const screens = useMemo(() => resolveScreens(service, values, content), [service, values, content]);
  const localMissing = useMemo(
    () => (service ? findMissingFields(values, { catalog, service, today }, screens) : []),
    [service, values, catalog, today, screens],
  );
  return { service, today, reading, content, screens, localMissing };
}

/** Decides which errors are shown: those of touched controls, and all of a screen after an attempt to continue. */
function useFieldErrors(
  missingFields: readonly MissingField[],
  screen: ScreenId,
  context: Pick<DraftForm, 'values' | 'service'>,
) {
  const { language } = useLanguage();
  const [attempted, setAttempted] = useState<{ screens: readonly ScreenId[]; attempt: number }>({
    screens: [],
    attempt: 0,
  });
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  return {
    errorAt(at: string): string | undefined {
      const missingField = missingFields.find((field) => field.pointer === at);
      if (!missingField) return undefined;
      const isShown = attempted.screens.includes(missingField.screen) || screen === 'review';
      const isTouched = touched.has(at) && !MISSING_VALUE_RULES.includes(missingField.violation.rule);
      return isShown || isTouched ? missingFieldText(missingField, Object.assign({ language }, context)) : undefined;
    },
    attempt: attempted.screens.at(-1) === screen ? attempted.attempt : 0,
    left: (at: string) => setTouched((now) => new Set(now).add(at)),
    stay: () => setAttempted((now) => ({ screens: [...now.screens, screen], attempt: now.attempt + 1 })),
  };
}

function useDraftChanges(visit: Visit, draft: Draft, catalog: Catalog, sync: DraftForm['sync']) {
  const { store } = useVisits();
  const { mandates } = useSignedIn();
  const change = (changes: Partial<Draft>) => store.change(draft.id, (current) => Object.assign({}, current, changes));
  const setAll = (values: Readonly<Record<string, FieldValue | undefined>>) =>
    store.change(draft.id, (current) => {
      const next: Record<string, FieldValue> = Object.assign({}, current.typed);
      for (const [at, value] of Object.entries(values)) setOrDelete(next, at, value);
      // A change invalidates the applicant's check.
      if (!('/checked' in values)) delete next['/checked'];
      // The person signed a mandate that names other people or another document.
      if (mandateBasis(next) !== mandateBasis(current.typed)) {
        delete next['/mandate/name'];
        mandates.forget(draft.id);
      }
      return Object.assign({}, current, { typed: next, unsent: true });
    });
  return {
    setAll,
    set: (at: string, value: FieldValue | undefined) => setAll({ [at]: value }),
    /** Returns the path of the screen. */
    moveTo(screen: ScreenId): string {
      sync.flushScreen();
      change({ screen });
      return draftPath(visit, Object.assign({}, draft, { screen }));
    },
    /**
     * Chooses a service. An open application cannot change its service: it is withdrawn, and another draft replaces
     * it.
     * @returns the path of the draft
     */
    choose(code: string): string {
      const values = initialValues(findService(catalog, code), draft.typed);
      const initial = { service: code, typed: values, screen: 'person' as const };
      // A mandate that waits to be recorded is for the other service.
      mandates.forget(draft.id);
      if (!draft.sent) {
        change(initial);
        return draftPath(visit, Object.assign({}, draft, initial));
      }
      sync.withdraw();
      const other = Object.assign(newDraft(values), initial);
      store.replaceDraft(draft.id, other);
      return draftPath(visit, other);
    },
  };
}

/** A document that comes later does not block the other screens. */
function isBroughtLater({ pointer }: MissingField, values: Draft['typed']): boolean {
  return pointer.startsWith('/evidence/') && values[pointer] === 'later';
}

/** Adds violations that the platform reported, until their fields are changed here. */
function withPlatformViolations(
  localMissing: readonly MissingField[],
  { error, rejectedValues = {} }: DraftForm['sync'],
  values: Draft['typed'],
  content: DraftForm['content'],
  service: DraftForm['service'],
  screens: readonly ScreenId[],
): readonly MissingField[] {
  if (error?.reason !== 'APPLICATION_INCOMPLETE') return localMissing;
  const violations = (error.problem.violations ?? []) as unknown as MissingField['violation'][];
  const reported = toMissingFields(violations, values, content, service, screens);
  return [
    ...localMissing,
    ...reported.filter(
      ({ pointer }) =>
        isSame(values[pointer], rejectedValues[pointer]) && !localMissing.some((local) => local.pointer === pointer),
    ),
  ];
}

/** Preselects what has a single option; never a reduction. */
function defaultValues(service: DraftForm['service']): Draft['typed'] {
  const values: Record<string, FieldValue> = {};
  const cost = findOnlyCostOption(service);
  const [kind, ...otherKinds] = listDeliveryKinds(service);
  if (cost) values['/costOption'] = cost.code;
  if (kind && otherKinds.length === 0) values['/delivery/kind'] = kind;
  return values;
}

const PERSON_POINTERS = /^\/(applicant|contact|behalf|represented|mandate)/;

/** Keeps personal data when another service is chosen. */
function initialValues(service: DraftForm['service'], values: Draft['typed']): Draft['typed'] {
  const personValues = Object.fromEntries(Object.entries(values).filter(([at]) => PERSON_POINTERS.test(at)));
  return Object.assign({}, withoutMandateName(personValues), defaultValues(service));
}
