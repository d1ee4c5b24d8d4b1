import { feeText, termText } from '../../language/terms.ts';
import { CollectionPlace } from '../../collections/collection-place.tsx';
import { useKeys } from '../../keys/keys.tsx';
import { KeyCap } from '../../keys/key-cap.tsx';
import { useLanguage } from '../../language/language.tsx';
import { Choice, focusAnswer } from '../../parts/choice.tsx';
import { Title } from '../../parts/screen.tsx';
import { useSignedIn } from '../../session/session.tsx';
import { DELIVERY_TEXTS, FEE_TEXTS, TERM_TEXTS } from '../../texts/content.ts';
import { FIELDS } from '../../texts/visit-fields.ts';
import { VISIT } from '../../texts/visit.ts';
import { LineField } from '../fields/fields.tsx';
import { useDraftForm } from '../draft-form.tsx';
import { splitCostOptions, listDeliveryKinds } from '../model/service.ts';
import type { CostOption, ReducedCostOption } from '../model/service.ts';
import { textOf } from '../model/form-values.ts';
import { lawText } from '../field-texts.ts';
import { VisitPage } from './visit-page.tsx';
import styles from './cost.module.css';

const MAX_DIGITS = 9;
/** ID of the options with a reduction. */
const REDUCED_GROUP = '/costOption/reduced';

/** Cost, duration and delivery. Reductions are shown apart, with their law. */
export function CostScreen() {
  const { t } = useLanguage();
  const { next, service, values, setValue } = useDraftForm();
  const { plain, reduced } = splitCostOptions(service);
  const deliveryKinds = listDeliveryKinds(service);
  const deliveryKind = textOf(values, '/delivery/kind');
  const choices = [
    ...[...plain, ...reduced.map(({ option }) => option)].map(({ code }) => ['/costOption', code] as const),
    ...deliveryKinds.map((kind) => ['/delivery/kind', kind] as const),
  ].slice(0, MAX_DIGITS);
  const choose = (group: string, value: string) => {
    setValue(group, value);
    const isReduced = reduced.some(({ option }) => option.code === value);
    focusAnswer(group === '/costOption' && isReduced ? REDUCED_GROUP : group, value);
  };
  useKeys(choices.map(([group, value], n) => ({ code: `Digit${n + 1}`, run: () => choose(group, value) })));
  const digit = (group: string, value: string) => {
    const n = choices.findIndex(([choiceGroup, choiceValue]) => choiceGroup === group && choiceValue === value);
    return n < 0 ? undefined : <KeyCap code={`Digit${n + 1}`} quiet />;
  };
  const hasCosts = plain.length + reduced.length > 0;
  return (
    <VisitPage main={{ label: t(VISIT.goOn), run: next }}>
      <Title>{t(hasCosts ? VISIT.costTitle : VISIT.deliveryTitle)}</Title>
      <div className={hasCosts ? styles.halves : styles.half}>
        <div className={styles.half}>
          {plain.length > 0 && <CostChoice options={plain} digit={digit} />}
          {plain.length === 0 && <NoCost />}
          {reduced.length > 0 && <ReductionChoice reduced={reduced} digit={digit} />}
        </div>
        <div className={styles.half}>
          <DeliveryChoice isAlone={!hasCosts} digit={digit} />
          {deliveryKind === 'at-centre' && <DraftCollectionPlace />}
          {deliveryKind === 'post' && <LineField pointer="/delivery/note" label={FIELDS.address} maxLength={500} />}
        </div>
      </div>
    </VisitPage>
  );
}

/** @param isAlone the title of the screen asks the same */
function DeliveryChoice({ isAlone, digit }: { isAlone: boolean; digit: DigitRenderer }) {
  const { t } = useLanguage();
  const { service, values, setValue, errorAt } = useDraftForm();
  const deliveryKinds = listDeliveryKinds(service);
  const deliveryKind = textOf(values, '/delivery/kind');
  return (
    <div className={styles.costs}>
      <Choice
        id="/delivery/kind"
        label={t(VISIT.deliveryTitle)}
        labelHidden={isAlone}
        error={errorAt('/delivery/kind')}
        columns={isAlone ? 2 : 1}
        options={deliveryKinds.map((value) => ({
          value,
          label: <CostLine label={capitalise(t(DELIVERY_TEXTS[value]))} digit={digit('/delivery/kind', value)} />,
        }))}
        value={deliveryKinds.find((kind) => kind === deliveryKind)}
        onChange={(value) => setValue('/delivery/kind', value)}
      />
    </div>
  );
}

/** Where the result is collected. The choice is no content of the application, so it is written immediately. */
function DraftCollectionPlace() {
  const { draft, sync } = useDraftForm();
  const { session, outbox } = useSignedIn();
  const { id, known } = draft;
  const { centre = session.centre ?? '', training = session.training, collectionCentre } = known ?? {};
  const choose = (chosen: string) => {
    // The platform must have the draft before. The sync status reports a rejection.
    sync.flushAll();
    outbox.put({ application: id, kind: 'collection-centre', body: { centre: chosen } }).catch(() => undefined);
  };
  return <CollectionPlace application={{ id, centre, training, collectionCentre }} canChoose onChoose={choose} />;
}

const capitalise = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

function CostLine({ label, value, digit }: { label: string; value?: string; digit: React.ReactNode }) {
  return (
    <span className={styles.line}>
      <span>{label}</span>
      {value && <strong>{value}</strong>}
      {digit}
    </span>
  );
}

type DigitRenderer = (group: string, value: string) => React.ReactNode;

function CostChoice({ options, digit }: { options: readonly CostOption[]; digit: DigitRenderer }) {
  const { t } = useLanguage();
  const { values, setValue, errorAt } = useDraftForm();
  // The title states the duration; only another start, or an unknown duration, needs a line.
  const startText = (option: CostOption) => (option.term?.from === 'submission' ? undefined : t(termText(option)));
  return (
    <div className={styles.costs}>
      <Choice
        id="/costOption"
        label={t(FIELDS.cost)}
        error={errorAt('/costOption')}
        options={options.map((option) => ({
          value: option.code,
          label: (
            <CostLine label={t(option.title)} value={t(feeText(option))} digit={digit('/costOption', option.code)} />
          ),
          more: startText(option),
        }))}
        value={textOf(values, '/costOption')}
        onChange={(value) => setValue('/costOption', value)}
      />
    </div>
  );
}

function ReductionChoice({ reduced, digit }: { reduced: readonly ReducedCostOption[]; digit: DigitRenderer }) {
  const { t, language } = useLanguage();
  const { values, setValue } = useDraftForm();
  return (
    <div className={styles.costs}>
      <Choice
        id={REDUCED_GROUP}
        label={t(VISIT.reduced)}
        help={t(VISIT.reducedHelp)}
        options={reduced.map(({ option, reduction }) => ({
          value: option.code,
          label: (
            <CostLine label={t(option.title)} value={t(feeText(option))} digit={digit('/costOption', option.code)} />
          ),
          more: (
            <>
              {t(reduction?.title)}
              <br />
              {reduction?.legalReason
                ? t(VISIT.law, { law: lawText(language, reduction.legalReason) })
                : t(VISIT.lawUnknown)}
            </>
          ),
        }))}
        value={textOf(values, '/costOption')}
        onChange={(value) => setValue('/costOption', value)}
      />
    </div>
  );
}

/** The service names no fee, so there is nothing to choose. */
function NoCost() {
  const { t } = useLanguage();
  const { service } = useDraftForm();
  const { feeNote, termNote } = service?.version ?? {};
  return (
    <p className={styles.none}>
      {t(FIELDS.cost)}: {t(feeNote ?? FEE_TEXTS.unknown)}, {t(termNote ?? TERM_TEXTS.unknown)}
    </p>
  );
}
