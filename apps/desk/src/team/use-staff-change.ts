import type { TeamMember } from '../api/types.ts';
import { useChange } from '../api/use-change.ts';
import type { ChangeState } from '../api/use-change.ts';
import { teamKey } from './queries.ts';
import type { TeamScope } from './queries.ts';
import { sendStaffChange } from './staff-changes.ts';
import type { StaffChange } from './staff-changes.ts';

export type StaffChangeState = ChangeState<StaffChange, TeamMember>;

/** Sends changes of staff members, and reloads the team afterwards. */
export const useStaffChange = (scope: TeamScope): StaffChangeState =>
  useChange({ send: (change, key) => sendStaffChange(scope, change, key), queryKeys: [teamKey(scope)] });
