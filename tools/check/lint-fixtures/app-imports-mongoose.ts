// at: apps/intake/src/rpc.ts
// refused by: no-restricted-imports
import mongoose from 'mongoose';
export const violation = mongoose;
