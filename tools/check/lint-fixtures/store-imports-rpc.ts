// at: libs/store/src/store.ts
// refused by: @nx/enforce-module-boundaries
import { connect } from '@cups/rpc';
export const violation = connect;
