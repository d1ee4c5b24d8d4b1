import { fromTimestamp, toTimestamp } from '@cups/contracts/proto';
import type {
  Payment as PaymentOut,
  Payment__Output as PaymentIn,
} from '@cups/contracts/gen/cups/intake/v1/Payment.ts';
import type { Receipt } from '../domain/commands/payment.ts';
import type { Payment } from '../domain/application.ts';

/** Converts payments between gRPC messages and the domain. */

/** Converts a receipt from its message. Missing fields stay empty and fail validation. */
export function fromReceipt(wire: PaymentIn | null): Receipt {
  const { amountMinor = '0', currencyCode = '' } = wire?.amount ?? {};
  const receipt: Receipt = {
    receiptNumber: wire?.receiptNumber.trim() ?? '',
    amountMinor: Number(amountMinor),
    currency: currencyCode,
  };
  const payTime = fromTimestamp(wire?.payTime);
  if (payTime) receipt.payTime = payTime;
  return receipt;
}

export function toPayment(payment: Payment | undefined): PaymentOut | null {
  if (!payment) return null;
  const { receiptNumber, amountMinor, currency, payTime, recordedBy, recordTime } = payment;
  const amount = { amountMinor: String(amountMinor), currencyCode: currency };
  return { receiptNumber, amount, payTime: toTimestamp(payTime), recordedBy, recordTime: toTimestamp(recordTime) };
}
