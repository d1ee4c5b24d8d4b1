import { useState } from 'react';
import { useLocation } from 'wouter';
import type { Application } from '../api/types.ts';
import { useCloseKey } from '../keys/use-close-key.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Field, TextInput } from '../parts/field.tsx';
import { useSignedIn } from '../session/session.tsx';
import { UNSENT } from '../texts/unsent.ts';
import { isUnknownToPlatform } from '../visit/rebuilt-draft.ts';
import { draftPath } from '../visit/visit-store.ts';
import { useVisits } from '../visit/visits.tsx';
import { hasEnded, isDraftAct } from './conflict.ts';
import type { ConflictKind } from './conflict.ts';
import type { DecisionProps } from './decision.tsx';
import { HandInButton } from './hand-in-button.tsx';
import { useRejectedActs } from './rejected-acts.ts';
import styles from './unsent.module.css';

export interface WaysProps extends DecisionProps {
  kind: ConflictKind | undefined;
  /** The application as the platform has it; undefined if it has none that takes a note. */
  theirs: Application | undefined;
  zone: string;
}

/** Conflicts that only a supervisor resolves: the hand-in is the next step. Every other act can be handed in too. */
const SUPERVISOR_KINDS: readonly (ConflictKind | undefined)[] = ['time-unproven', 'service-closed'];

/** The ways on from a rejected act. */
export function Ways(props: WaysProps) {
  const { application, head, theirs, kind } = props;
  const { t } = useLanguage();
  const { outbox } = useSignedIn();
  const { store } = useVisits();
  const [, go] = useLocation();
  const [isDiscarding, setIsDiscarding] = useState(false);
  useCloseKey(isDiscarding, () => setIsDiscarding(false));
  const acts = useRejectedActs(props);
  const visit = store.all().find(({ drafts }) => drafts.some(({ id }) => id === application));
  const isKnown = visit !== undefined || theirs !== undefined || isUnknownToPlatform(acts.writes);
  const isDraft = isDraftAct(head) && !hasEnded(theirs) && isKnown;
  const openDraft = () => {
    const draft = visit?.drafts.find(({ id }) => id === application);
    // The receipt is of an application that the platform has not taken: the draft continues where it can be changed.
    if (draft?.takenAt)
      store.change(application, (now) => Object.assign({}, now, { takenAt: undefined, submitting: false }));
    go(visit ? draftPath(visit, draft) : `/visits/resume/${application}`);
  };
  if (isDiscarding)
    return (
      <DiscardForm
        canKeep={acts.canKeep}
        onDiscard={(reason) => acts.discard(reason)}
        onCancel={() => setIsDiscarding(false)}
      />
    );
  return (
    <div className={styles.ways}>
      {isDraft ? (
        <Button variant="filled" onClick={openDraft}>
          {t(UNSENT.openDraft)}
        </Button>
      ) : (
        theirs && <Button onClick={() => go(`/applications/${application}`)}>{t(UNSENT.openApplication)}</Button>
      )}
      <HandInButton
        writes={acts.writes}
        isMain={!isDraft && SUPERVISOR_KINDS.includes(kind)}
        onDone={() => void acts.leaveToSupervisor()}
      />
      <Button onClick={() => outbox.retry(application)}>{t(UNSENT.retry)}</Button>
      {acts.canKeep && !isDraft && <Button onClick={acts.keepAsNote}>{t(UNSENT.keepAsNote)}</Button>}
      <Button variant="danger" onClick={() => setIsDiscarding(true)}>
        {t(UNSENT.discard)}
      </Button>
    </div>
  );
}

interface DiscardFormProps {
  /** Whether the reason becomes a note of the application; else it stays on this PC. */
  canKeep: boolean;
  onDiscard: (reason: string) => Promise<void>;
  onCancel: () => void;
}

function DiscardForm({ canKeep, onDiscard, onCancel }: DiscardFormProps) {
  const { t } = useLanguage();
  const [typed, setTyped] = useState('');
  const [isSubmitted, setIsSubmitted] = useState(false);
  const reason = typed.trim();
  const discard = () => {
    setIsSubmitted(true);
    if (reason) void onDiscard(reason);
  };
  return (
    <form className={styles.ways} onSubmit={(event) => (event.preventDefault(), discard())}>
      <Field
        label={t(UNSENT.reason)}
        help={t(canKeep ? UNSENT.reasonHelp : UNSENT.reasonHelpHere)}
        error={isSubmitted && !reason ? t(UNSENT.reasonNeeded) : undefined}
      >
        <TextInput value={typed} onChange={setTyped} maxLength={200} focusOnMount />
      </Field>
      <Button type="submit" variant="danger">
        {t(UNSENT.discard)}
      </Button>
      <Button onClick={onCancel}>{t(UNSENT.cancel)}</Button>
    </form>
  );
}
