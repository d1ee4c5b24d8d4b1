import { Fragment, useEffect, useRef } from 'react';
import { Printer } from 'lucide-react';
import type { Language, Person } from '@cups/application';
import type { LocalizedText } from '../../api/types.ts';
import { formatAnswers } from '../../language/answers.ts';
import { shortDate } from '../../language/dates.ts';
import { useLanguage } from '../../language/language.tsx';
import { formatMessage } from '../../language/messages.ts';
import type { Text } from '../../language/messages.ts';
import { feeText, termText } from '../../language/terms.ts';
import { Button } from '../../parts/button.tsx';
import { CheckBox } from '../../parts/choice.tsx';
import { ErrorSummary } from '../../parts/error-summary.tsx';
import { Title } from '../../parts/screen.tsx';
import { OWN_APPLICATION } from '../../texts/own-application.ts';
import {
  DELIVERY_TEXTS,
  FEE_TEXTS,
  FOREIGN_DOCUMENT_TEXTS,
  LANGUAGE_TEXTS,
  MANDATE_TEXTS,
} from '../../texts/content.ts';
import { PARTS } from '../../texts/parts.ts';
import { FIELDS } from '../../texts/visit-fields.ts';
import { VISIT } from '../../texts/visit.ts';
import { VISIT_MANDATE } from '../../texts/visit-mandate.ts';
import { useDraftForm } from '../draft-form.tsx';
import type { DraftForm } from '../draft-form.tsx';
import { contactText } from '../../application/contact-text.ts';
import { formSchemaOf } from '../model/form.ts';
import type { ScreenId } from '../model/screens.ts';
import { findRequestedEvidence } from '../model/service.ts';
import { useSaveForLater } from '../save-for-later.ts';
import { groupDigits } from '../inputs/idnp.ts';
import { useApplicationPrintout } from '../use-printouts.tsx';
import { fieldLabel } from '../field-texts.ts';
import { VisitPage } from './visit-page.tsx';
import type { VisitPageProps } from './visit-page.tsx';
import styles from './review.module.css';

/** Everything to be submitted, for the applicant to check: in Romanian and in their language. */
export function ReviewScreen() {
  const { t } = useLanguage();
  const form = useDraftForm();
  const { values, setValue, missingFields, attempt, sync, errorAt, blockingText } = form;
  const print = useApplicationPrintout();
  const { isSubmitting } = sync;
  const isUnreachable = isSubmitting && sync.status.unreachableSince !== undefined;
  const errors = missingFields.map((field) => ({
    field,
    message: `${t(fieldLabel(field.pointer, form.service)).replace('?', '')}: ${errorAt(field.pointer) ?? ''}`,
  }));
  return (
    <VisitPage
      main={useMainAction(isSubmitting)}
      summary={false}
      before={
        <div className={styles.checked}>
          <CheckBox id="/checked" checked={values['/checked'] === true} onChange={(on) => setValue('/checked', on)}>
            {t(VISIT.checked)}
          </CheckBox>
        </div>
      }
    >
      {isUnreachable && <p className={styles.away}>{t(VISIT.submitWaits)}</p>}
      {errors.length > 0 && <MissingFieldList errors={errors} />}
      {blockingText && errors.length === 0 && (
        <ErrorSummary errors={[{ id: '/checked', message: blockingText }]} attempt={attempt} />
      )}
      <div className={styles.head}>
        <Title focus={false}>{t(VISIT.reviewTitle)}</Title>
        <p>{t(VISIT.reviewHelp)}</p>
        <div>
          <Button icon={Printer} cap="Ctrl+P" onClick={print}>
            {t(VISIT.printApplication)}
          </Button>
        </div>
      </div>
      {buildSections(form).map((section) => (
        <ReviewSection key={section.screen} section={section} />
      ))}
    </VisitPage>
  );
}

/** Submits the application. The operator's own is left to a colleague. */
function useMainAction(busy: boolean): VisitPageProps['main'] {
  const { t } = useLanguage();
  const { draft, next } = useDraftForm();
  const saveForLater = useSaveForLater();
  if (draft.known?.ownApplication) return { label: t(OWN_APPLICATION.leave), run: saveForLater };
  return { label: t(VISIT.submit), run: next, busy, doing: t(VISIT.submitting) };
}

/** Missing fields, linked to their screens. Takes the focus after a rejection by the platform. */
function MissingFieldList({
  errors,
}: {
  errors: readonly { field: DraftForm['missingFields'][number]; message: string }[];
}) {
  const { t } = useLanguage();
  const { go, sync } = useDraftForm();
  const { error } = sync;
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    if (error) box.current?.focus();
  }, [error]);
  return (
    <section ref={box} className={styles.missing} aria-labelledby="missing-title" id="missing" tabIndex={-1}>
      <h2 id="missing-title">{t(PARTS.summary)}</h2>
      <ul>
        {errors.map(({ field, message }) => (
          <li key={field.pointer}>
            <button
              type="button"
              onClick={() => {
                go(field.screen);
                // Waits for the screen to render.
                requestAnimationFrame(() => focusControl(field.pointer));
              }}
            >
              {message}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function focusControl(id: string): void {
  const element = document.getElementById(id);
  const control = element?.matches('fieldset') ? element.querySelector<HTMLElement>('input, button') : element;
  control?.focus();
}

interface ReviewRow {
  label: LocalizedText;
  value: LocalizedText;
}
interface ReviewSection {
  screen: ScreenId;
  title: LocalizedText;
  rows: ReviewRow[];
}

const inAllLanguages = (text: string | undefined): LocalizedText => ({
  ro: text ?? '',
  ru: text ?? '',
  en: text ?? '',
});

function personRows(person: Person | undefined): ReviewRow[] {
  const { idnp, foreignDocument, familyName, givenName, birthDate } = person ?? {};
  const document = foreignDocument && {
    label: FOREIGN_DOCUMENT_TEXTS[foreignDocument.kind] ?? FIELDS.documentKind,
    value: inAllLanguages([foreignDocument.country, foreignDocument.number].filter(Boolean).join(' ')),
  };
  return [
    document ?? { label: FIELDS.idnp, value: inAllLanguages(groupDigits(idnp ?? '')) },
    { label: FIELDS.familyName, value: inAllLanguages(familyName) },
    { label: FIELDS.givenName, value: inAllLanguages(givenName) },
    { label: FIELDS.birthDate, value: inAllLanguages(shortDate(birthDate ?? '')) },
  ];
}

function buildSections({ content, service, screens, values }: DraftForm): ReviewSection[] {
  const { applicant, contact, represented, mandate, answers, delivery } = content;
  const form = formSchemaOf(service);
  const sections: ReviewSection[] = [
    {
      screen: 'person',
      title: VISIT.stepPerson,
      rows: [
        ...personRows(applicant),
        {
          label: FIELDS.means,
          value: contact?.none ? FIELDS.nothing : inAllLanguages(contactText(contact)),
        },
        {
          label: FIELDS.language,
          value: applicant?.language ? LANGUAGE_TEXTS[applicant.language] : inAllLanguages(''),
        },
      ],
    },
  ];
  if (screens.includes('behalf')) {
    const ground = mandate && MANDATE_TEXTS[mandate.kind];
    sections.push({
      screen: 'behalf',
      title: FIELDS.represented,
      rows: [
        ...personRows(represented),
        { label: FIELDS.ground, value: ground ?? inAllLanguages('') },
        { label: FIELDS.reference, value: inAllLanguages(mandate?.reference) },
      ],
    });
  }
  const formSections = form ? formatAnswers(form, answers ?? {}) : [];
  const first = screens.find((screen) => screen.startsWith('form-'));
  if (first) {
    const rows = formSections.flatMap((section) => section.answers);
    sections.push({ screen: first, title: VISIT.stepForm, rows });
  }
  if (screens.includes('papers')) {
    const presentations = { seen: VISIT.seen, code: VISIT.code, later: VISIT.later };
    const rows = findRequestedEvidence(service, content).map(({ kind, title, required }) => {
      const presentation = values[`/evidence/${kind}/how`] as keyof typeof presentations | undefined;
      return {
        label: title,
        value: presentation ? presentations[presentation] : required ? inAllLanguages('') : VISIT.none,
      };
    });
    sections.push({ screen: 'papers', title: VISIT.stepPapers, rows });
  }
  sections.push({ screen: 'cost', title: VISIT.stepCost, rows: costRows(content, service, delivery) });
  const recorded = mandate?.name ? VISIT_MANDATE.recorded : inAllLanguages('');
  sections.push({
    screen: 'mandate',
    title: VISIT.stepMandate,
    rows: [{ label: VISIT_MANDATE.field, value: recorded }],
  });
  return sections;
}

function costRows(
  content: DraftForm['content'],
  service: DraftForm['service'],
  delivery: DraftForm['content']['delivery'],
): ReviewRow[] {
  const { costOptions = [], feeNote } = service?.version ?? {};
  const option = costOptions.find(({ code }) => code === content.costOption);
  const deliveryText = delivery && DELIVERY_TEXTS[delivery.kind];
  const priced = option
    ? [{ label: option.title, value: joinTexts(feeText(option), termText(option)) }]
    : [{ label: FIELDS.cost, value: costOptions.length > 0 ? inAllLanguages('') : (feeNote ?? FEE_TEXTS.unknown) }];
  const address = delivery?.note ? [{ label: FIELDS.address, value: inAllLanguages(delivery.note) }] : [];
  return [...priced, { label: FIELDS.delivery, value: deliveryText ?? inAllLanguages('') }, ...address];
}

function joinTexts(a: LocalizedText, b: LocalizedText): LocalizedText {
  const join = (language: Language) => `${formatMessage(language, a)}, ${formatMessage(language, b)}`;
  return { ro: join('ro'), ru: join('ru'), en: join('en') };
}

function ReviewSection({ section: { screen, title, rows } }: { section: ReviewSection }) {
  const { t } = useLanguage();
  const { go, values } = useDraftForm();
  const applicantLanguage = values['/applicant/language'] as Language | undefined;
  return (
    <section className={styles.part}>
      <header>
        <h2>
          <BilingualText text={title} applicantLanguage={applicantLanguage} />
        </h2>
        <Button variant="text" onClick={() => go(screen)}>
          {t(VISIT.change)} <span className="heard">{t(title)}</span>
        </Button>
      </header>
      <dl>
        {rows.map(({ label, value }, at) => (
          <Fragment key={at}>
            <dt>
              <BilingualText text={label} applicantLanguage={applicantLanguage} />
            </dt>
            <dd>
              {formatMessage('ro', value) === '' ? (
                <span className={styles.unsaid}>{t(VISIT.unsaid)}</span>
              ) : (
                <BilingualText text={value} applicantLanguage={applicantLanguage} />
              )}
            </dd>
          </Fragment>
        ))}
      </dl>
    </section>
  );
}

/** Romanian, and the applicant's language below if it differs. */
function BilingualText({
  text,
  applicantLanguage,
}: {
  text: LocalizedText | Text;
  applicantLanguage: Language | undefined;
}) {
  const ro = formatMessage('ro', text);
  const translated = formatMessage(applicantLanguage ?? 'ro', text);
  return (
    <>
      <span lang="ro">{ro}</span>
      {translated !== ro && (
        <span lang={applicantLanguage} className={styles.own}>
          {translated}
        </span>
      )}
    </>
  );
}
