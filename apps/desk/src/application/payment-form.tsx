import { useState } from 'react';
import type { Application } from '../api/types.ts';
import { usePersistentState } from '../local-store/use-persistent-state.ts';
import { parseMinorUnits } from '../language/money.ts';
import { useFee } from './cost.ts';
import { useLanguage } from '../language/language.tsx';
import { Button } from '../parts/button.tsx';
import { Field, TextInput } from '../parts/field.tsx';
import { APPLICATION } from '../texts/application.ts';
import type { ApplicationActionState } from './use-application-action.ts';
import styles from './application.module.css';

interface PaymentDraft {
  receipt: string;
  /** The amount, if it differs from the known fee. */
  typed?: string | undefined;
}

interface PaymentFormProps {
  application: Application;
  action: ApplicationActionState;
  onDone: () => void;
}

/** Records the receipt that the applicant shows. The desk takes no money. */
export function PaymentForm({ application, action: { run, busy }, onDone }: PaymentFormProps) {
  const { t } = useLanguage();
  const fee = useFee(application);
  const [{ receipt, typed }, setDraft, forget] = usePersistentState<PaymentDraft>('payment', application.id, () => ({
    receipt: '',
  }));
  const [isSubmitted, setIsSubmitted] = useState(false);
  const amount = typed ?? (fee ? (fee.amountMinor / 100).toFixed(2).replace('.', ',') : '');
  const minor = parseMinorUnits(amount);
  const currency = fee?.currency ?? 'MDL';
  const save = async () => {
    setIsSubmitted(true);
    if (!receipt.trim() || minor === undefined) return;
    const body = { receiptNumber: receipt.trim(), amount: { amountMinor: minor, currency } };
    // The write can be undone for 10 s. A rejected one restores the form.
    const recorded = run('payment', body);
    onDone();
    if (await recorded) forget();
  };
  return (
    <form className={styles.asking} onSubmit={(event) => (event.preventDefault(), void save())}>
      <Field label={t(APPLICATION.receipt)} error={isSubmitted && !receipt.trim() && t(APPLICATION.missing)}>
        <TextInput
          value={receipt}
          onChange={(text) => setDraft({ receipt: text, typed })}
          maxLength={100}
          small
          focusOnMount
        />
      </Field>
      <Field
        label={t(APPLICATION.amount, { currency })}
        error={isSubmitted && minor === undefined && t(APPLICATION.amountWrong)}
      >
        <TextInput
          value={amount}
          onChange={(text) => setDraft({ receipt, typed: text })}
          inputMode="decimal"
          maxLength={14}
          small
        />
      </Field>
      <div className={styles.ways}>
        <Button type="submit" variant="filled" busy={busy !== undefined} busyText={t(APPLICATION.sending)}>
          {t(APPLICATION.pay)}
        </Button>
        <Button onClick={onDone}>{t(APPLICATION.leave)}</Button>
      </div>
    </form>
  );
}
