import { useState } from 'react';
import type { ApplicationDetails, Catalog } from '../api/types.ts';
import { useApplicationAction } from '../application/use-application-action.ts';
import { today as todayHere } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { usePersistentState } from '../local-store/use-persistent-state.ts';
import { useSignedIn } from '../session/session.tsx';
import { missingFieldText } from '../visit/field-texts.ts';
import type { FieldForm } from '../visit/field-form.ts';
import { setOrDelete } from '../visit/model/draft-merge.ts';
import type { FieldValue } from '../visit/model/form.ts';
import { findMissingFields } from '../visit/model/missing-fields.ts';
import { findService } from '../visit/model/service.ts';
import {
  listChanges,
  toCorrectedContent,
  toCorrection,
  toFiledContent,
  toFiledValues,
  withFiledForm,
} from './changes.ts';
import type { Change, CorrectionContext } from './changes.ts';
import type { Submission } from '../api/types.ts';

/** A control that was emptied is stored as null, so that the filed value does not come back. */
type Edits = Record<string, FieldValue | null>;

const CORRECTABLE = /^\/(answers|evidence|delivery)\//;

export interface CorrectionState extends FieldForm, CorrectionContext {
  changes: readonly Change[];
  /** Whether a correctable field is missing or invalid. */
  isIncomplete: boolean;
  /** Counts the attempts to send. */
  attempts: number;
  isSending: boolean;
  errorText: string;
  /** Sends what changed. Resolves to whether the platform accepted it. */
  send: () => Promise<boolean>;
  /** Forgets the input. */
  discard: () => void;
}

/** The state of a correction. Its input is stored in this browser until it is sent or discarded. */
export function useCorrection(
  { application }: ApplicationDetails,
  submission: Submission,
  catalog: Catalog,
): CorrectionState {
  const { language } = useLanguage();
  const { outbox } = useSignedIn();
  const action = useApplicationAction(application.id);
  const [edits, setEdits, discard] = usePersistentState<Edits>('correction', application.id, () => ({}));
  const [touched, setTouched] = useState<ReadonlySet<string>>(new Set());
  const [attempts, setAttempts] = useState(0);
  const today = todayHere();
  const service = withFiledForm(
    findService(catalog, application.publicService.replace('publicServices/', '')),
    submission,
  );
  const context = { submission, service, today };
  const values = withEdits(toFiledValues(context), edits);
  const [filed, corrected] = [toFiledContent(context), toCorrectedContent(values, context)];
  const missing = service
    ? findMissingFields(values, { catalog, service, today }, []).filter(({ pointer }) => CORRECTABLE.test(pointer))
    : [];
  const changes = listChanges(filed, corrected, context);
  return {
    ...context,
    values,
    changes,
    attempts,
    isIncomplete: missing.length > 0,
    isSending: action.busy === 'correct',
    errorText: action.errorText || action.staleErrorText || '',
    errorAt(pointer) {
      const field = missing.find((candidate) => candidate.pointer === pointer);
      const isShown = attempts > 0 || touched.has(pointer);
      return field && isShown ? missingFieldText(field, { values, service, language }) : undefined;
    },
    setValue: (pointer, value) => setEdits(Object.assign({}, edits, { [pointer]: value ?? null })),
    markTouched: (pointer) => setTouched((now) => new Set(now).add(pointer)),
    async send() {
      setAttempts((count) => count + 1);
      if (changes.length === 0 || missing.length > 0) return false;
      // The correction is based on the version that the screen shows: a change of a colleague refuses it.
      outbox.setKnown(application);
      if (!(await action.run('correct', toCorrection(filed, corrected)))) return false;
      discard();
      return true;
    },
    discard,
  };
}

function withEdits(filed: CorrectionState['values'], edits: Edits): CorrectionState['values'] {
  const values: Record<string, FieldValue> = Object.assign({}, filed);
  for (const [pointer, value] of Object.entries(edits)) setOrDelete(values, pointer, value ?? undefined);
  return values;
}
