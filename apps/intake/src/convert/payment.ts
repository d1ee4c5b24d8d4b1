import { fromTimestamp, toTimestamp } from '@cups/contracts/proto';
import type {
  Payment as PaymentOut,
  Payment__Output as PaymentIn,
} from '@cups/contracts/gen/cups/intake/v1/Payment.ts';
import type { Receipt } from '../domain/commands/payment.ts';
import type { Payment } from '../domain/application.ts';

/** The gRPC border of the payment of a fee. */

/** A receipt from the wire; what is not said stays empty, and has a wrong shape. */
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

/** A payment for the wire. */
export function toPayment(payment: Payment | undefined): PaymentOut | null {
  if (!payment) return null;
  const { receiptNumber, amountMinor, currency, payTime, by, noteTime } = payment;
  const amount = { amountMinor: String(amountMinor), currencyCode: currency };
  return { receiptNumber, amount, payTime: toTimestamp(payTime), by, noteTime: toTimestamp(noteTime) };
}
