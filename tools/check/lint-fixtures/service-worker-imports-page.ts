// at: apps/desk/src/service-worker/worker.ts
// refused by: no-restricted-imports
import { api } from '../api/client.ts';

export const client = api;
