/** Details of a refused message that may be stored, without its content. */
export interface RefusalDetail {
  /** Set if it is a valid ID. */
  id?: string;
  /** Set if it is a type of its topic. */
  type?: string;
  /** applications/{id}, if it belongs to the sender. */
  application?: string;
  violations: { field: string; rule: string }[];
  /** Code of the sending agency; '' if unknown. */
  agency: string;
  /** Whether the refusal was already reported to the sender. */
  isReported: boolean;
}

/** Why a message was refused; `fields` are the invalid ones. */
export interface Refusal {
  cause: string;
  fields: string[];
  detail?: RefusalDetail;
}

/** A refused message: position and cause, never content. */
export interface RefusedMessage extends Refusal {
  /** Without the prefix. */
  topic: string;
  partition: number;
  offset: string;
  /** Equal to `offset`, or later for a skipped batch. */
  lastOffset: string;
}
