import { useState } from 'react';
import type { Application } from '../api/types.ts';
import { minorUnits } from '../language/money.ts';
import { useFee } from './cost.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Field, TextInput } from '../parts/field.tsx';
import { FILE } from '../texts/application.ts';
import type { Acting } from './use-act.ts';
import styles from './application.module.css';

interface PaymentProps {
  application: Application;
  acting: Acting;
  onDone: () => void;
}

/** The receipt that the person shows; the desk takes no money. */
export function Payment({ application, acting: { act, busy }, onDone }: PaymentProps) {
  const { t } = useLanguage();
  const fee = useFee(application);
  const [receipt, setReceipt] = useState('');
  const [typed, setTyped] = useState<string>();
  const [tried, setTried] = useState(false);
  const amount = typed ?? (fee ? (fee.amountMinor / 100).toFixed(2).replace('.', ',') : '');
  const minor = minorUnits(amount);
  const currency = fee?.currency ?? 'MDL';
  const save = async () => {
    setTried(true);
    if (!receipt.trim() || minor === undefined) return;
    const body = { receiptNumber: receipt.trim(), amount: { amountMinor: minor, currency } };
    if (await act('payment', body)) onDone();
  };
  return (
    <form className={styles.asking} onSubmit={(event) => (event.preventDefault(), void save())}>
      <Field label={t(FILE.receipt)} error={tried && !receipt.trim() && t(FILE.missing)}>
        <TextInput value={receipt} onChange={setReceipt} maxLength={100} small first />
      </Field>
      <Field label={t(FILE.amount, { currency })} error={tried && minor === undefined && t(FILE.amountWrong)}>
        <TextInput value={amount} onChange={setTyped} inputMode="decimal" maxLength={14} small />
      </Field>
      <div className={styles.ways}>
        <Button type="submit" look="filled" busy={busy !== undefined} doing={t(FILE.sending)}>
          {t(FILE.pay)}
        </Button>
        <Button onClick={onDone}>{t({ ro: 'Renunță', ru: 'Отмена', en: 'Cancel' })}</Button>
      </div>
    </form>
  );
}
