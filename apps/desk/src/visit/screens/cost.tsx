import { feeText, termText } from '../../language/terms.ts';
import { useKeys } from '../../keys/keys.tsx';
import { Cap } from '../../keys/cap.tsx';
import { useLanguage } from '../../language/language.tsx';
import { Choice, focusAnswer } from '../../parts/choice.tsx';
import { Title } from '../../parts/screen.tsx';
import { DELIVERY_TEXTS, FEE_TEXTS, TERM_TEXTS } from '../../texts/content.ts';
import { FIELDS } from '../../texts/visit-fields.ts';
import { VISIT } from '../../texts/visit.ts';
import { LineField } from '../fields/fields.tsx';
import { useFilling } from '../filling.tsx';
import { costsOf, deliveriesOf } from '../model/service.ts';
import type { CostOption, Reduced } from '../model/service.ts';
import { textOf } from '../model/typed.ts';
import { lawIn } from '../words.ts';
import { Page } from './page.tsx';
import styles from './cost.module.css';

const MOST_DIGITS = 9;
/** Of the prices with a reduction, which stand apart. */
const REDUCED = '/costOption/reduced';

/** For how much and how fast, with a reduction only by its law; and how the result reaches the person. */
export function CostScreen() {
  const { t } = useLanguage();
  const { next, service, typed, set, errorAt } = useFilling();
  const { plain, reduced } = costsOf(service);
  const ways = deliveriesOf(service);
  const way = textOf(typed, '/delivery/kind');
  const choices = [
    ...[...plain, ...reduced.map(({ option }) => option)].map(({ code }) => ['/costOption', code] as const),
    ...ways.map((kind) => ['/delivery/kind', kind] as const),
  ].slice(0, MOST_DIGITS);
  const choose = (at: string, value: string) => {
    set(at, value);
    const isReduced = reduced.some(({ option }) => option.code === value);
    focusAnswer(at === '/costOption' && isReduced ? REDUCED : at, value);
  };
  useKeys(choices.map(([at, value], n) => ({ code: `Digit${n + 1}`, does: () => choose(at, value) })));
  const digit = (place: string, value: string) => {
    const n = choices.findIndex(([at, one]) => at === place && one === value);
    return n < 0 ? undefined : <Cap code={`Digit${n + 1}`} quiet />;
  };
  return (
    <Page main={{ says: t(VISIT.goOn), does: next }}>
      <Title>{t(plain.length + reduced.length > 0 ? VISIT.costTitle : VISIT.deliveryTitle)}</Title>
      {plain.length > 0 && <Costs options={plain} digit={digit} />}
      {plain.length === 0 && <NoCost />}
      {reduced.length > 0 && <Reductions reduced={reduced} digit={digit} />}
      <div className={styles.costs}>
        <Choice
          id="/delivery/kind"
          label={t(VISIT.deliveryTitle)}
          labelHidden={plain.length + reduced.length === 0}
          error={errorAt('/delivery/kind')}
          columns={2}
          options={ways.map((value) => ({
            value,
            says: <Line says={capital(t(DELIVERY_TEXTS[value]))} digit={digit('/delivery/kind', value)} />,
          }))}
          value={ways.find((one) => one === way)}
          onChange={(value) => set('/delivery/kind', value)}
        />
      </div>
      {way === 'post' && <LineField at="/delivery/note" label={FIELDS.address} maxLength={500} />}
    </Page>
  );
}

const capital = (text: string) => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

function Line({ says, value, digit }: { says: string; value?: string; digit: React.ReactNode }) {
  return (
    <span className={styles.line}>
      <span>{says}</span>
      {value && <strong>{value}</strong>}
      {digit}
    </span>
  );
}

type Digit = (place: string, value: string) => React.ReactNode;

function Costs({ options, digit }: { options: readonly CostOption[]; digit: Digit }) {
  const { t } = useLanguage();
  const { typed, set, errorAt } = useFilling();
  // The title of a way says how long it takes; only from when it counts is more, and that nobody knows it.
  const sayTerm = (option: CostOption) => (option.term?.from === 'submission' ? undefined : t(termText(option)));
  return (
    <div className={styles.costs}>
      <Choice
        id="/costOption"
        label={t(FIELDS.cost)}
        labelHidden
        error={errorAt('/costOption')}
        options={options.map((option) => ({
          value: option.code,
          says: <Line says={t(option.title)} value={t(feeText(option))} digit={digit('/costOption', option.code)} />,
          more: sayTerm(option),
        }))}
        value={textOf(typed, '/costOption')}
        onChange={(value) => set('/costOption', value)}
      />
    </div>
  );
}

function Reductions({ reduced, digit }: { reduced: readonly Reduced[]; digit: Digit }) {
  const { t, language } = useLanguage();
  const { typed, set } = useFilling();
  return (
    <div className={styles.costs}>
      <Choice
        id={REDUCED}
        label={t(VISIT.reduced)}
        help={t(VISIT.reducedHelp)}
        options={reduced.map(({ option, reduction }) => ({
          value: option.code,
          says: <Line says={t(option.title)} value={t(feeText(option))} digit={digit('/costOption', option.code)} />,
          more: (
            <>
              {t(reduction?.title)}
              <br />
              {reduction?.legalReason
                ? t(VISIT.law, { law: lawIn(language, reduction.legalReason) })
                : t(VISIT.lawUnknown)}
            </>
          ),
        }))}
        value={textOf(typed, '/costOption')}
        onChange={(value) => set('/costOption', value)}
      />
    </div>
  );
}

/** The service names no price: that is said, and nothing is to be chosen. */
function NoCost() {
  const { t } = useLanguage();
  const { service } = useFilling();
  const { noFee, noTerm } = service?.version ?? {};
  return (
    <p className={styles.none}>
      {t(FIELDS.cost)}: {t(noFee ?? FEE_TEXTS.unknown)}, {t(noTerm ?? TERM_TEXTS.unknown)}
    </p>
  );
}
