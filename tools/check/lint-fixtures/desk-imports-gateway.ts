// at: apps/desk/src/api/settings.ts
// refused by: @nx/enforce-module-boundaries
import { settings } from '@cups/gateway/settings';

export const found = settings;
