import { useState } from 'react';
import { useQuery } from '@tanstack/react-query';
import { REASON_TEXTS, STATE_TEXTS } from '@cups/application/texts';
import { api, bodyOf } from '../api/client.ts';
import { catalogQuery } from '../api/queries.ts';
import type { QuarantinedAct, QuarantinedActDetails } from '../api/types.ts';
import { useChange } from '../api/use-change.ts';
import { useKeys } from '../keys/keys.tsx';
import { useCloseKey } from '../keys/use-close-key.ts';
import { formatDayAndTime } from '../language/dates.ts';
import { useLanguage } from '../language/language.tsx';
import { personName } from '../language/person-name.ts';
import { Banner } from '../parts/banner.tsx';
import { Button } from '../parts/button.tsx';
import { Facts } from '../parts/facts.tsx';
import { Field, TextInput } from '../parts/field.tsx';
import { LoadError, Skeleton } from '../parts/load-states.tsx';
import { evidenceTitle } from '../print/catalog-lookups.ts';
import { KEYS } from '../texts/keys.ts';
import { actText, QUARANTINE } from '../texts/quarantine.ts';
import { findService } from '../visit/model/service.ts';
import { compareAct } from './compare-act.ts';
import { refusalText } from './refusal-text.ts';
import { placeLabel, valueWords } from './field-words.ts';
import { QUARANTINE_KEY, quarantinedActQuery } from './queries.ts';
import { ScrollRegion } from '../supervisor/scroll-region.tsx';
import styles from './quarantine.module.css';

interface ActDetailsProps {
  id: string;
  /** Display names of operators. */
  names: ReadonlyMap<string, string>;
  /** The act is decided. @param text what happened */
  onDone: (text: string) => void;
}

/** One act: who made it and when, what it would do beside the application now, and the decision. */
export function ActDetails({ id, names, onDone }: ActDetailsProps) {
  const { t } = useLanguage();
  const details = useQuery(quarantinedActQuery(id));
  if (details.isPending) return <Skeleton />;
  if (details.isError) return <LoadError error={details.error} onRetry={() => void details.refetch()} />;
  const { act } = details.data;
  return (
    <section className={styles.details} aria-label={t(actText(act.kind))}>
      <h2>{t(actText(act.kind))}</h2>
      <ActFacts details={details.data} names={names} />
      <MissingScans details={details.data} />
      <Comparison details={details.data} />
      <Decision details={details.data} onDone={onDone} />
    </section>
  );
}

function ActFacts({ details, names }: { details: QuarantinedActDetails } & Pick<ActDetailsProps, 'names'>) {
  const { t } = useLanguage();
  const { act, application } = details;
  const catalog = useCatalogOfAct(act);
  const nameOf = (operator: string) => names.get(operator) ?? idOf(operator);
  const time = formatDayAndTime(act.deskTime);
  const { refusal } = act;
  return (
    <Facts
      facts={[
        [t(QUARANTINE.operator), nameOf(act.operator)],
        [t(QUARANTINE.centre), catalog?.centre.displayName ?? idOf(act.centre)],
        [t(QUARANTINE.deskTime), act.deskTimeBounded ? time : `${time} (${t(QUARANTINE.unbounded)})`],
        [t(QUARANTINE.handInTime), formatDayAndTime(act.handInTime)],
        [
          t(QUARANTINE.application),
          application ? `${application.trackingNumber} · ${t(STATE_TEXTS[application.state])}` : t(QUARANTINE.absent),
        ],
        application?.applicant && [t(QUARANTINE.person), personName(application.applicant)],
        refusal && [
          t(QUARANTINE.refusal),
          `${formatDayAndTime(refusal.time)}, ${nameOf(refusal.operator)}: ${reasonText(refusal.reason, t)}`,
        ],
      ]}
    />
  );
}

type Translate = ReturnType<typeof useLanguage>['t'];
const reasonText = (reason: string, t: Translate): string =>
  reason in REASON_TEXTS ? t(REASON_TEXTS[reason as keyof typeof REASON_TEXTS]) : reason;

/** The catalog of the centre at which the act was made; a supervisor has none of their own. */
const useCatalogOfAct = ({ centre }: Pick<QuarantinedAct, 'centre'>) => useQuery(catalogQuery(idOf(centre))).data;

/** Names the scans that nobody has any more. */
function MissingScans({ details: { act, missingScans = [] } }: { details: QuarantinedActDetails }) {
  const { t } = useLanguage();
  const catalog = useCatalogOfAct(act);
  if (missingScans.length === 0) return null;
  const documents = missingScans.map((kind) => t(evidenceTitle(catalog, kind))).join(', ');
  return <Banner kind="trouble">{t(QUARANTINE.missingScans, { documents })}</Banner>;
}

function Comparison({ details: { act, body = '', application } }: { details: QuarantinedActDetails }) {
  const { t } = useLanguage();
  const catalog = useCatalogOfAct(act);
  if (act.erased) return <p className={styles.quiet}>{t(QUARANTINE.erased)}</p>;
  const fields = compareAct(body, application);
  const code = fields.find(({ pointer }) => pointer === '/publicService')?.inAct ?? application?.publicService;
  const source = { catalog, service: findService(catalog, code?.replace('publicServices/', '')) };
  if (fields.length === 0) return <p className={styles.quiet}>{t(QUARANTINE.empty)}</p>;
  return (
    <ScrollRegion label={t(QUARANTINE.inAct)}>
      <table className={styles.table}>
        <thead>
          <tr>
            {[QUARANTINE.field, QUARANTINE.inAct, QUARANTINE.now].map((head) => (
              <th key={head.en} scope="col">
                {t(head)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {fields.map(({ pointer, inAct, now, isChanged }) => (
            <tr key={pointer}>
              <th scope="row">{t(placeLabel(pointer, source)) || pointer.slice(1).replaceAll('/', ' · ')}</th>
              <td className={isChanged ? styles.changed : undefined}>{t(valueWords(pointer, inAct, source))}</td>
              <td>{now === undefined ? '—' : t(valueWords(pointer, now, source))}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}

type DecisionChange = { kind: 'release' } | { kind: 'reject'; reason: string };

function Decision({ details, onDone }: { details: QuarantinedActDetails } & Pick<ActDetailsProps, 'onDone'>) {
  const { t } = useLanguage();
  const catalog = useCatalogOfAct(details.act);
  const change = useChange<DecisionChange, QuarantinedAct>({
    send: (decision) => decide(details, decision),
    queryKeys: [QUARANTINE_KEY],
    textOf: (error) => refusalText(error, catalog),
  });
  const [isRejecting, setIsRejecting] = useState(false);
  const release = async () => {
    const released = await change.submit({ kind: 'release' });
    if (released) onDone(t(released.alreadyApplied ? QUARANTINE.alreadyApplied : QUARANTINE.released));
  };
  const reject = async (reason: string) => {
    if (await change.submit({ kind: 'reject', reason })) onDone(t(QUARANTINE.rejected));
  };
  useKeys([
    !isRejecting && { code: 'Ctrl+Enter', label: KEYS.main, run: () => void release() },
    !isRejecting && { code: 'KeyR', label: QUARANTINE.reject, run: () => setIsRejecting(true) },
  ]);
  return (
    <>
      {change.errorText && (
        <p role="alert" className={styles.late}>
          {change.errorText}
        </p>
      )}
      {isRejecting ? (
        <RejectForm
          busy={change.busy}
          onReject={(reason) => void reject(reason)}
          onBack={() => setIsRejecting(false)}
        />
      ) : (
        <div className={styles.ways}>
          <Button variant="filled" cap="Ctrl+Enter" busy={change.busy} onClick={() => void release()}>
            {t(QUARANTINE.release)}
          </Button>
          <Button variant="danger" cap="KeyR" onClick={() => setIsRejecting(true)}>
            {t(QUARANTINE.reject)}
          </Button>
        </div>
      )}
    </>
  );
}

interface RejectFormProps {
  busy: boolean;
  onReject: (reason: string) => void;
  onBack: () => void;
}

function RejectForm({ busy, onReject, onBack }: RejectFormProps) {
  const { t } = useLanguage();
  const [typed, setTyped] = useState('');
  const [isSubmitted, setIsSubmitted] = useState(false);
  const reason = typed.trim();
  useCloseKey(true, onBack);
  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        setIsSubmitted(true);
        if (reason) onReject(reason);
      }}
    >
      <Field label={t(QUARANTINE.reason)} error={isSubmitted && !reason ? t(QUARANTINE.noReason) : undefined}>
        <TextInput value={typed} onChange={setTyped} maxLength={500} focusOnMount />
      </Field>
      <div className={styles.ways}>
        <Button type="submit" variant="danger" busy={busy}>
          {t(QUARANTINE.reject)}
        </Button>
        <Button onClick={onBack}>{t(QUARANTINE.back)}</Button>
      </div>
    </form>
  );
}

/** The ETag of the application that the person saw: a release fails if it changed since. */
function decide({ act, application }: QuarantinedActDetails, decision: DecisionChange): Promise<QuarantinedAct> {
  const path = { act: act.id };
  if (decision.kind === 'reject') {
    const { reason } = decision;
    return bodyOf(api.POST('/api/v1/quarantined-acts/{act}/reject', { params: { path }, body: { reason } }));
  }
  const header = application ? { 'If-Match': application.etag } : {};
  return bodyOf(api.POST('/api/v1/quarantined-acts/{act}/release', { params: { path, header } }));
}

const idOf = (name: string): string => name.slice(name.lastIndexOf('/') + 1);
