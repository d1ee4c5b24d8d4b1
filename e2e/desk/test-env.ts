/** What setup.ts, or stage.ts, has started, for all processes beneath. */

/** @throws Error when neither has run */
export function readSetupVariable(name: `CUPS_DESK_${string}`): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is missing: setup.ts of e2e/desk has not run.`);
  return value;
}

/** Of the gateway, without a path. */
export const platformUrl = (): string => readSetupVariable('CUPS_DESK_URL');
