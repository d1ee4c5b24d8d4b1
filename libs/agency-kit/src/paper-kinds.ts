const CODES = `identity-document power-of-attorney birth-certificate work-book diploma title-deed service-proof
  previous-certificate military-book leave-order kinship-proof foreign-certificate unemployment-proof
  spouses-birth-certificates payment-proof contract bank-details`;

/** Codes of the papers that an agency may ask for. */
export const PAPER_KINDS: ReadonlySet<string> = new Set(CODES.split(/\s+/));
