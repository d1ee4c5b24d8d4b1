import type { DeskAlertKind } from '@cups/application';
import { SHOWN_ALERTS } from './application.ts';
import type { DeskAlert } from './application.ts';

/** One more is stored than shown, which tells that there are earlier ones. The history has all. */
const MAX_DESK_ALERTS = SHOWN_ALERTS + 1;

/** Returns the alerts with a new one at the end. An alert of the same kind and cause is merged into it. */
export function addDeskAlert(alerts: DeskAlert[], kind: DeskAlertKind, recordTime: Date, cause?: string): DeskAlert[] {
  const previous = alerts.find((alert) => alert.kind === kind && alert.cause === cause);
  const others = alerts.filter((alert) => alert !== previous);
  const added: DeskAlert = { kind, recordTime };
  if (cause !== undefined) added.cause = cause;
  if (previous) added.count = (previous.count ?? 1) + 1;
  return [...others.slice(1 - MAX_DESK_ALERTS), added];
}
