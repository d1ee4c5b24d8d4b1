import { useState } from 'react';
import type { Application } from '../api/types.ts';
import { useKept } from '../keeping/use-kept.ts';
import { minorUnits } from '../language/money.ts';
import { useFee } from './cost.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Field, TextInput } from '../parts/field.tsx';
import { FILE } from '../texts/application.ts';
import type { Acting } from './use-act.ts';
import styles from './application.module.css';

interface Typed {
  receipt: string;
  /** The amount, where it is not the one that is known. */
  typed?: string | undefined;
}

interface PaymentProps {
  application: Application;
  acting: Acting;
  onDone: () => void;
}

/** The receipt that the person shows; the desk takes no money. */
export function Payment({ application, acting: { act, busy }, onDone }: PaymentProps) {
  const { t } = useLanguage();
  const fee = useFee(application);
  const [{ receipt, typed }, setKept, forget] = useKept<Typed>('payment', application.id, () => ({ receipt: '' }));
  const [tried, setTried] = useState(false);
  const amount = typed ?? (fee ? (fee.amountMinor / 100).toFixed(2).replace('.', ',') : '');
  const minor = minorUnits(amount);
  const currency = fee?.currency ?? 'MDL';
  const save = async () => {
    setTried(true);
    if (!receipt.trim() || minor === undefined) return;
    const body = { receiptNumber: receipt.trim(), amount: { amountMinor: minor, currency } };
    // It can be undone for a moment, and what is refused comes back with what was typed.
    const recorded = act('payment', body);
    onDone();
    if (await recorded) forget();
  };
  return (
    <form className={styles.asking} onSubmit={(event) => (event.preventDefault(), void save())}>
      <Field label={t(FILE.receipt)} error={tried && !receipt.trim() && t(FILE.missing)}>
        <TextInput value={receipt} onChange={(text) => setKept({ receipt: text, typed })} maxLength={100} small first />
      </Field>
      <Field label={t(FILE.amount, { currency })} error={tried && minor === undefined && t(FILE.amountWrong)}>
        <TextInput
          value={amount}
          onChange={(text) => setKept({ receipt, typed: text })}
          inputMode="decimal"
          maxLength={14}
          small
        />
      </Field>
      <div className={styles.ways}>
        <Button type="submit" look="filled" busy={busy !== undefined} doing={t(FILE.sending)}>
          {t(FILE.pay)}
        </Button>
        <Button onClick={onDone}>{t(FILE.leave)}</Button>
      </div>
    </form>
  );
}
