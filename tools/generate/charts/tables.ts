import { settings as agencyBridge } from '@cups/agency-bridge/settings';
import { settings as agencySimulator } from '@cups/agency-simulator/settings';
import { settings as catalog } from '@cups/catalog/settings';
import { settings as checker } from '@cups/documents/checker-settings';
import { settings as documents } from '@cups/documents/settings';
import { settings as gateway } from '@cups/gateway/settings';
import { settings as identity } from '@cups/identity/settings';
import { settings as intake } from '@cups/intake/settings';
import { settings as journal } from '@cups/journal/settings';
import { settings as notifications } from '@cups/notifications/settings';
import type { Settings } from '@cups/process/settings';

/** Settings of every service, in documentation order. */
export const SETTINGS: Readonly<Record<string, Settings>> = {
  catalog,
  identity,
  intake,
  documents,
  'agency-bridge': agencyBridge,
  notifications,
  journal,
  gateway,
  'agency-simulator': agencySimulator,
};

/** Settings of the pods in which documents opens files. */
export const CHECKER: Settings = checker;
