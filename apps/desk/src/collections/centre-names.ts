import { useQuery } from '@tanstack/react-query';
import { centresQuery } from '../api/pagination.ts';

/**
 * Returns display names of centres, else their codes.
 * @param isNeeded reads the list of centres
 */
export function useCentreNames(isNeeded: boolean): (name: string) => string {
  const centres = useQuery(Object.assign({ enabled: isNeeded }, centresQuery));
  return (name) => centres.data?.find((centre) => centre.name === name)?.displayName ?? name.replace('centres/', '');
}
