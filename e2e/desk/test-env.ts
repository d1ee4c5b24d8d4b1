/** Variables set by setup.ts or test-platform.ts. */

/** @throws Error if neither has run */
export function readSetupVariable(name: `CUPS_DESK_${string}`): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is missing: setup.ts of e2e/desk has not run.`);
  return value;
}

/** URL of the gateway, without a path. */
export const platformUrl = (): string => readSetupVariable('CUPS_DESK_URL');
