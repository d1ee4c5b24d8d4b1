// at: libs/agency-kit/src/connection.ts
// refused by: no-restricted-imports
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
export const violation = RequestQueue;
