import { toTimestamp } from '@cups/contracts/proto';
import type { Complaint as ComplaintOut } from '@cups/contracts/gen/cups/intake/v1/Complaint.ts';
import type { Complaint } from '../domain/complaints.ts';

export function toComplaint({ filing, answer, prepareTime, ...complaint }: Complaint): ComplaintOut {
  return {
    ...complaint,
    prepareTime: toTimestamp(prepareTime),
    filing: filing ? { ...filing, recordTime: toTimestamp(filing.recordTime) } : null,
    answer: answer ? { ...answer, recordTime: toTimestamp(answer.recordTime) } : null,
  };
}
