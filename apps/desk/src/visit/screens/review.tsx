import { Fragment, useEffect, useRef } from 'react';
import { Printer } from 'lucide-react';
import type { Language, Person } from '@cups/application';
import type { LocalizedText } from '../../api/types.ts';
import { saidAnswers } from '../../language/answers.ts';
import { shortDate } from '../../language/dates.ts';
import { useLanguage } from '../../language/language.tsx';
import { wordsIn } from '../../language/text.ts';
import type { Text } from '../../language/text.ts';
import { feeText, termText } from '../../language/terms.ts';
import { Button } from '../../parts/button.tsx';
import { CheckBox } from '../../parts/choice.tsx';
import { ErrorSummary } from '../../parts/error-summary.tsx';
import { Title } from '../../parts/screen.tsx';
import { OWN } from '../../texts/application.ts';
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
import { useFilling } from '../filling.tsx';
import type { Filling } from '../filling.tsx';
import { formOf } from '../model/form.ts';
import type { ScreenId } from '../model/screens.ts';
import { papersAsked } from '../model/service.ts';
import { usePark } from '../park.ts';
import { groupedNumber } from '../typed/idnp.ts';
import { useToSign } from '../use-papers.tsx';
import { labelOf } from '../words.ts';
import { Page } from './page.tsx';
import type { PageProps } from './page.tsx';
import styles from './review.module.css';

/** Everything that is going to be filed, large, for the person: Romanian, and the person's language beside it. */
export function ReviewScreen() {
  const { t } = useLanguage();
  const filling = useFilling();
  const { typed, set, lacks, attempt, sending, errorAt, held } = filling;
  const print = useToSign();
  const { isSubmitting } = sending;
  const isAway = isSubmitting && sending.passage.awaySince !== undefined;
  const faults = lacks.map((lack) => ({
    lack,
    says: `${t(labelOf(lack.at, filling.service)).replace('?', '')}: ${errorAt(lack.at) ?? ''}`,
  }));
  return (
    <Page
      main={useMain(isSubmitting)}
      summary={false}
      before={
        <div className={styles.checked}>
          <CheckBox id="/checked" checked={typed['/checked'] === true} onChange={(on) => set('/checked', on)}>
            {t(VISIT.checked)}
          </CheckBox>
        </div>
      }
    >
      {isAway && <p className={styles.away}>{t(VISIT.submitWaits)}</p>}
      {faults.length > 0 && <Missing faults={faults} />}
      {held && faults.length === 0 && <ErrorSummary faults={[{ id: '/checked', says: held }]} attempt={attempt} />}
      <div className={styles.head}>
        <Title focus={false}>{t(VISIT.reviewTitle)}</Title>
        <p>{t(VISIT.reviewHelp)}</p>
        <div>
          <Button icon={Printer} cap="Ctrl+P" onClick={print}>
            {t(VISIT.printApplication)}
          </Button>
        </div>
      </div>
      {partsOf(filling).map((part) => (
        <Part key={part.screen} part={part} />
      ))}
    </Page>
  );
}

/** The person's application is filed from here; the operator's own is left to a colleague, who finds it in the queue. */
function useMain(busy: boolean): PageProps['main'] {
  const { t } = useLanguage();
  const { draft, next } = useFilling();
  const park = usePark();
  if (draft.known?.ownApplication) return { says: t(OWN.leave), does: park };
  return { says: t(VISIT.submit), does: next, busy, doing: t(VISIT.submitting) };
}

/** What is missing leads to its screen and its control; it takes the focus when the platform said so. */
function Missing({ faults }: { faults: readonly { lack: Filling['lacks'][number]; says: string }[] }) {
  const { t } = useLanguage();
  const { go, sending } = useFilling();
  const { refused } = sending;
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    if (refused) box.current?.focus();
  }, [refused]);
  return (
    <section ref={box} className={styles.missing} aria-labelledby="missing-title" id="missing" tabIndex={-1}>
      <h2 id="missing-title">{t(PARTS.summary)}</h2>
      <ul>
        {faults.map(({ lack, says }) => (
          <li key={lack.at}>
            <button
              type="button"
              onClick={() => {
                go(lack.screen);
                // The screen draws itself first.
                requestAnimationFrame(() => focusOn(lack.at));
              }}
            >
              {says}
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function focusOn(id: string): void {
  const place = document.getElementById(id);
  const control = place?.matches('fieldset') ? place.querySelector<HTMLElement>('input, button') : place;
  control?.focus();
}

interface Said {
  label: LocalizedText;
  value: LocalizedText;
}
interface Part {
  screen: ScreenId;
  title: LocalizedText;
  said: Said[];
}

const same = (text: string | undefined): LocalizedText => ({ ro: text ?? '', ru: text ?? '', en: text ?? '' });

function personSaid(person: Person | undefined): Said[] {
  const { idnp, foreignDocument, familyName, givenName, birthDate } = person ?? {};
  const document = foreignDocument && {
    label: FOREIGN_DOCUMENT_TEXTS[foreignDocument.kind] ?? FIELDS.documentKind,
    value: same([foreignDocument.country, foreignDocument.number].filter(Boolean).join(' ')),
  };
  return [
    document ?? { label: FIELDS.idnp, value: same(groupedNumber(idnp ?? '')) },
    { label: FIELDS.familyName, value: same(familyName) },
    { label: FIELDS.givenName, value: same(givenName) },
    { label: FIELDS.birthDate, value: same(shortDate(birthDate ?? '')) },
  ];
}

/** What stands on each screen, in the words of the form and of the service. */
function partsOf({ content, service, screens, typed }: Filling): Part[] {
  const { applicant, contact, represented, mandate, answers, delivery } = content;
  const form = formOf(service);
  const parts: Part[] = [
    {
      screen: 'person',
      title: VISIT.stepPerson,
      said: [
        ...personSaid(applicant),
        {
          label: FIELDS.means,
          value: contact?.none ? FIELDS.nothing : same([contact?.email, contact?.phone].filter(Boolean).join(', ')),
        },
        { label: FIELDS.language, value: applicant?.language ? LANGUAGE_TEXTS[applicant.language] : same('') },
      ],
    },
  ];
  if (screens.includes('behalf')) {
    const ground = mandate && MANDATE_TEXTS[mandate.kind];
    parts.push({
      screen: 'behalf',
      title: FIELDS.represented,
      said: [
        ...personSaid(represented),
        { label: FIELDS.ground, value: ground ?? same('') },
        { label: FIELDS.reference, value: same(mandate?.reference) },
      ],
    });
  }
  const sections = form ? saidAnswers(form, answers ?? {}) : [];
  const first = screens.find((screen) => screen.startsWith('form-'));
  if (first) {
    const said = sections.flatMap((section) => section.answers);
    parts.push({ screen: first, title: VISIT.stepForm, said });
  }
  if (screens.includes('papers')) {
    const how = { seen: VISIT.seen, code: VISIT.code, later: VISIT.later };
    const said = papersAsked(service, content).map(({ kind, title, required }) => {
      const shown = typed[`/evidence/${kind}/how`] as keyof typeof how | undefined;
      return { label: title, value: shown ? how[shown] : required ? same('') : VISIT.none };
    });
    parts.push({ screen: 'papers', title: VISIT.stepPapers, said });
  }
  parts.push({ screen: 'cost', title: VISIT.stepCost, said: costSaid(content, service, delivery) });
  return parts;
}

function costSaid(
  content: Filling['content'],
  service: Filling['service'],
  delivery: Filling['content']['delivery'],
): Said[] {
  const { costOptions = [], noFee } = service?.version ?? {};
  const option = costOptions.find(({ code }) => code === content.costOption);
  const way = delivery && DELIVERY_TEXTS[delivery.kind];
  const priced = option
    ? [{ label: option.title, value: joined(feeText(option), termText(option)) }]
    : [{ label: FIELDS.cost, value: costOptions.length > 0 ? same('') : (noFee ?? FEE_TEXTS.unknown) }];
  const address = delivery?.note ? [{ label: FIELDS.address, value: same(delivery.note) }] : [];
  return [...priced, { label: FIELDS.delivery, value: way ?? same('') }, ...address];
}

function joined(one: LocalizedText, other: LocalizedText): LocalizedText {
  const inOne = (language: Language) => `${wordsIn(language, one)}, ${wordsIn(language, other)}`;
  return { ro: inOne('ro'), ru: inOne('ru'), en: inOne('en') };
}

function Part({ part: { screen, title, said } }: { part: Part }) {
  const { t } = useLanguage();
  const { go, typed } = useFilling();
  const theirs = typed['/applicant/language'] as Language | undefined;
  return (
    <section className={styles.part}>
      <header>
        <h2>
          <Both text={title} theirs={theirs} />
        </h2>
        <Button look="text" onClick={() => go(screen)}>
          {t(VISIT.change)} <span className="heard">{t(title)}</span>
        </Button>
      </header>
      <dl>
        {said.map(({ label, value }, at) => (
          <Fragment key={at}>
            <dt>
              <Both text={label} theirs={theirs} />
            </dt>
            <dd>
              {wordsIn('ro', value) === '' ? (
                <span className={styles.unsaid}>{t(VISIT.unsaid)}</span>
              ) : (
                <Both text={value} theirs={theirs} />
              )}
            </dd>
          </Fragment>
        ))}
      </dl>
    </section>
  );
}

/** Romanian, and under it the person's language where that is another one. */
function Both({ text, theirs }: { text: LocalizedText | Text; theirs: Language | undefined }) {
  const ro = wordsIn('ro', text);
  const own = wordsIn(theirs ?? 'ro', text);
  return (
    <>
      <span lang="ro">{ro}</span>
      {own !== ro && (
        <span lang={theirs} className={styles.own}>
          {own}
        </span>
      )}
    </>
  );
}
