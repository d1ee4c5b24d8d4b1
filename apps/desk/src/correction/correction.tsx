import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from 'wouter';
import { ACTION_TEXTS } from '@cups/application/texts';
import { detailsQuery, submissionQuery } from '../api/queries.ts';
import type { ApplicationDetails, Catalog, Submission } from '../api/types.ts';
import { useKeys } from '../keys/keys.tsx';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Choice } from '../parts/choice.tsx';
import { LoadScreen } from '../parts/load-screen.tsx';
import { EmptyState } from '../parts/load-states.tsx';
import { Screen, Title } from '../parts/screen.tsx';
import { useCatalogQuery } from '../session/catalog.ts';
import { APPLICATION } from '../texts/application.ts';
import { DELIVERY_TEXTS } from '../texts/content.ts';
import { CORRECTION } from '../texts/correction.ts';
import { KEYS } from '../texts/keys.ts';
import { FIELDS } from '../texts/visit-fields.ts';
import { FieldFormContext, useFieldForm } from '../visit/field-form.ts';
import { fieldLabel } from '../visit/field-texts.ts';
import { LineField } from '../visit/fields/fields.tsx';
import { AnswerField } from '../visit/fields/form-field.tsx';
import { findApplicableFields, findRequiredFields, formSchemaOf, latestDate, sectionsOf } from '../visit/model/form.ts';
import { listDeliveryKinds } from '../visit/model/service.ts';
import { toCorrectedContent } from './changes.ts';
import type { Change } from './changes.ts';
import { useCorrection } from './use-correction.ts';
import type { CorrectionState } from './use-correction.ts';
import styles from './correction.module.css';

/** Corrects a filed application before its decision. Shows what was filed beside what the agency will receive. */
export default function CorrectionScreen({ id }: { id: string }) {
  const { t } = useLanguage();
  const [, go] = useLocation();
  const catalog = useCatalogQuery();
  const details = useQuery(detailsQuery(id));
  const number = details.data?.application.submissionCount ?? 0;
  const submission = useQuery(Object.assign({ enabled: number > 0 }, submissionQuery(id, number)));
  const error = details.error ?? submission.error ?? catalog.error;
  const retry = () => [details, submission, catalog].forEach((query) => query.isError && void query.refetch());
  const toApplication = () => go(`/applications/${id}`);
  if (details.data && !details.data.application.allowedActions.includes('correct-submission')) {
    return (
      <Screen>
        <EmptyState action={<Button onClick={toApplication}>{t(APPLICATION.back)}</Button>}>
          {t(CORRECTION.notAllowed)}
        </EmptyState>
      </Screen>
    );
  }
  if (details.data && submission.data && catalog.data)
    return (
      <Correction details={details.data} submission={submission.data} catalog={catalog.data} onDone={toApplication} />
    );
  return <LoadScreen error={error} onRetry={retry} />;
}

interface CorrectionProps {
  details: ApplicationDetails;
  submission: Submission;
  catalog: Catalog;
  onDone: () => void;
}

function Correction({ details, submission, catalog, onDone }: CorrectionProps) {
  const { t } = useLanguage();
  const correction = useCorrection(details, submission, catalog);
  const send = async () => {
    if (await correction.send()) onDone();
  };
  const leave = () => {
    correction.discard();
    onDone();
  };
  useKeys([
    { code: 'Ctrl+Enter', label: KEYS.main, run: () => void send() },
    { code: 'Escape', label: KEYS.back, run: onDone },
  ]);
  return (
    <Screen>
      <div className={styles.page}>
        <div className={styles.head}>
          <Link href={`/applications/${details.application.id}`}>{t(APPLICATION.back)}</Link>
          <Title>{t(ACTION_TEXTS['correct-submission'])}</Title>
          <p>{t(submission.serviceTitle)}</p>
        </div>
        <p>{t(CORRECTION.effect)}</p>
        <FieldFormContext value={correction}>
          <Answers correction={correction} />
          <DocumentNumbers correction={correction} />
          <Delivery correction={correction} />
        </FieldFormContext>
        <Changes changes={correction.changes} />
        <Errors correction={correction} />
        <div className={styles.buttons}>
          <Button
            variant="filled"
            cap="Ctrl+Enter"
            busy={correction.isSending}
            busyText={t(APPLICATION.sending)}
            onClick={() => void send()}
          >
            {t(CORRECTION.send)}
          </Button>
          <Button onClick={leave}>{t(APPLICATION.leave)}</Button>
        </div>
      </div>
    </Screen>
  );
}

function Answers({ correction }: { correction: CorrectionState }) {
  const { t } = useLanguage();
  const { values, service, today } = correction;
  const form = formSchemaOf(service);
  if (!form) return null;
  const answers = toCorrectedContent(values, correction).answers ?? {};
  const required = findRequiredFields(form, answers);
  return sectionsOf(form).map((section, at) => {
    const fields = findApplicableFields(form, section, answers);
    if (fields.length === 0) return null;
    return (
      <section key={section.title?.ro ?? at}>
        <h2>{t(section.title ?? APPLICATION.request)}</h2>
        {fields.map((field) => (
          <AnswerField
            key={field.name}
            field={field}
            optional={!required.has(field.name)}
            latest={latestDate(field, today)}
            digits={false}
          />
        ))}
      </section>
    );
  });
}

/** Series and number, or code, of each document that was filed. A refused scan is replaced on the application. */
function DocumentNumbers({ correction: { submission, service } }: { correction: CorrectionState }) {
  const { t } = useLanguage();
  const { evidence = [] } = submission;
  if (evidence.length === 0) return null;
  return (
    <section>
      <h2>{t(APPLICATION.papers)}</h2>
      {evidence.map(({ kind, verificationCode, originalSeen }) => (
        <fieldset key={kind}>
          <legend>{t(fieldLabel(`/evidence/${kind}`, service))}</legend>
          {verificationCode && !originalSeen ? (
            <LineField pointer={`/evidence/${kind}/code`} label={FIELDS.paperCode} maxLength={100} narrow />
          ) : (
            <LineField
              pointer={`/evidence/${kind}/number`}
              label={FIELDS.seriesAndNumber}
              maxLength={100}
              optional
              narrow
            />
          )}
        </fieldset>
      ))}
    </section>
  );
}

function Delivery({ correction: { service } }: { correction: CorrectionState }) {
  const { t } = useLanguage();
  const { values, setValue, errorAt } = useFieldForm();
  const kinds = listDeliveryKinds(service);
  const value = kinds.find((kind) => kind === values['/delivery/kind']);
  if (kinds.length < 2 && value !== 'post') return null;
  return (
    <section>
      <h2>{t(FIELDS.delivery)}</h2>
      <Choice
        id="/delivery/kind"
        label={t(FIELDS.delivery)}
        labelHidden
        columns={2}
        error={errorAt('/delivery/kind')}
        options={kinds.map((kind) => ({ value: kind, label: t(DELIVERY_TEXTS[kind]) }))}
        value={value}
        onChange={(kind) => setValue('/delivery/kind', kind)}
      />
      {value === 'post' && <LineField pointer="/delivery/note" label={FIELDS.address} maxLength={500} />}
    </section>
  );
}

/** What was filed beside what is sent, one row for each corrected value. */
function Changes({ changes }: { changes: readonly Change[] }) {
  const { t } = useLanguage();
  return (
    <section className={styles.changes} aria-live="polite">
      <h2>{t(CORRECTION.changes)}</h2>
      {changes.length === 0 && <p className={styles.quiet}>{t(CORRECTION.noChange)}</p>}
      {changes.map(({ label, before, after }) => (
        <div key={t(label)}>
          <h3>{t(label)}</h3>
          <dl>
            <div>
              <dt>{t(CORRECTION.before)}</dt>
              <dd>{before ? <del>{t(before)}</del> : <span className={styles.quiet}>{t(CORRECTION.empty)}</span>}</dd>
            </div>
            <div>
              <dt>{t(CORRECTION.after)}</dt>
              <dd>{after ? <ins>{t(after)}</ins> : <span className={styles.quiet}>{t(CORRECTION.empty)}</span>}</dd>
            </div>
          </dl>
        </div>
      ))}
    </section>
  );
}

/** Why the correction was not sent. */
function Errors({ correction: { attempts, changes, isIncomplete, errorText } }: { correction: CorrectionState }) {
  const { t } = useLanguage();
  const own =
    attempts === 0 ? '' : isIncomplete ? t(CORRECTION.fixFirst) : changes.length === 0 && t(CORRECTION.changeFirst);
  const text = own || errorText;
  return <div role="alert">{text && <p className={styles.fault}>{text}</p>}</div>;
}
