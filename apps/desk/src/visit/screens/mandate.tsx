import { useEffect, useRef } from 'react';
import { useLanguage } from '../../language/language.tsx';
import { Title } from '../../parts/screen.tsx';
import { useSignedIn } from '../../session/session.tsx';
import { VISIT } from '../../texts/visit.ts';
import { VISIT_MANDATE } from '../../texts/visit-mandate.ts';
import { useDraftForm } from '../draft-form.tsx';
import { MandateChooser } from '../mandate/mandate-chooser.tsx';
import { RecordedMandate } from '../mandate/recorded-mandate.tsx';
import { useMandateStep } from '../mandate/use-mandate-step.ts';
import { textOf } from '../model/form-values.ts';
import { SMALLEST_CHOICE, toMandateSubject } from '../model/mandate-subject.ts';
import type { MandateChoice, MandateSubject } from '../model/mandate-subject.ts';
import { VisitPage } from './visit-page.tsx';

/** The mandate under which the centre files: a standing one, or a new one that the person signs. */
export function MandateScreen() {
  const { t } = useLanguage();
  const { draft, content, values, service, catalog, next, setValue, go } = useDraftForm();
  const { session } = useSignedIn();
  const goOn = useNextOnceNamed();
  const { training } = draft.known ?? session;
  const notary = textOf(values, '/mandate/notary').trim();
  const subject = toMandateSubject(content, { application: draft.id, service, training, notary });
  const name = textOf(values, '/mandate/name');
  if (!subject) {
    const toPerson = () => go('person');
    return (
      <VisitPage main={{ label: t(VISIT_MANDATE.toPerson), run: toPerson }}>
        <Title>{t(VISIT_MANDATE.title)}</Title>
        <p>{t(VISIT_MANDATE.incomplete)}</p>
      </VisitPage>
    );
  }
  if (!name) return <ChooseMandate subject={subject} goOn={goOn} />;
  return (
    <VisitPage main={{ label: t(VISIT.goOn), run: next }}>
      <Title>{t(VISIT_MANDATE.title)}</Title>
      <RecordedMandate
        key={name}
        name={name}
        subject={subject}
        catalog={catalog}
        email={content.contact?.email ?? ''}
        onReplace={() => setValue('/mandate/name', undefined)}
      />
    </VisitPage>
  );
}

/** @param goOn continues the visit once the draft names a mandate */
function ChooseMandate({ subject, goOn }: { subject: MandateSubject; goOn: () => void }) {
  const { t } = useLanguage();
  const { values, catalog, today, setValue, setValues } = useDraftForm();
  const choice = readChoice(values);
  const step = useMandateStep({
    subject,
    choice,
    catalog,
    today,
    onUse: (name) => setValue('/mandate/name', name),
  });
  const run = () => {
    goOn();
    step.run();
  };
  const isStanding = step.standing.length > 0;
  return (
    <VisitPage
      main={{
        label: t(isStanding ? VISIT_MANDATE.useAndGoOn : VISIT_MANDATE.record),
        run,
        busy: step.isBusy,
        doing: t(VISIT_MANDATE.recording),
      }}
    >
      <Title>{t(VISIT_MANDATE.title)}</Title>
      <MandateChooser
        step={{ ...step, use: (mandate) => (goOn(), step.use(mandate)) }}
        subject={subject}
        catalog={catalog}
        today={today}
        choice={choice}
        onChange={(change) => setValues(toValues(change))}
      />
    </VisitPage>
  );
}

/** Returns a function after which the visit continues as soon as the draft names a mandate. */
function useNextOnceNamed(): () => void {
  const { values, go } = useDraftForm();
  const isRequested = useRef(false);
  const name = textOf(values, '/mandate/name');
  useEffect(() => {
    if (!name || !isRequested.current) return;
    isRequested.current = false;
    go('review');
  });
  return () => {
    isRequested.current = true;
  };
}

const listOf = (value: unknown): readonly string[] => (Array.isArray(value) ? (value as string[]) : []);

function readChoice(values: Readonly<Record<string, unknown>>): MandateChoice {
  return {
    term: (values['/mandate/term'] as MandateChoice['term'] | undefined) ?? SMALLEST_CHOICE.term,
    scope: (values['/mandate/scope'] as MandateChoice['scope'] | undefined) ?? SMALLEST_CHOICE.scope,
    services: listOf(values['/mandate/services']),
    themes: listOf(values['/mandate/themes']),
  };
}

const toValues = (change: Partial<MandateChoice>) =>
  Object.fromEntries(
    Object.entries(change).map(([name, value]) => [`/mandate/${name}`, Array.isArray(value) ? [...value] : value]),
  ) as Record<string, string | string[]>;
