import type { RequestListener } from 'node:http';
import express from 'express';

/** A simulator of MPower for tests and development. It keeps powers in memory. */

const STATUSES = ['Draft', 'PendingAcceptance', 'Pending', 'Valid', 'Suspended', 'Canceled'] as const;

/** A power of representation. */
export interface SimulatedPower {
  /** 16 digits. */
  code: string;
  /** AT-nnnnnnn */
  type: string;
  /** IDNP of the represented person. */
  authorizingIdn: string;
  /** IDNP or IDNO of the representative. */
  authorizedIdn: string;
  status: (typeof STATUSES)[number];
  /** UTC without a zone, such as 2021-03-22T21:59:59.999. Since when a power that is not valid is so. */
  fromDate: string;
  toDate: string;
}

/**
 * Returns the routes of the clients API that identity uses, and `PUT /powers/{code}`, by which a test or developer stores a
 * power.
 */
export function mpowerRoutes(): express.Router {
  const powers = new Map<string, SimulatedPower>();
  const router = express.Router();
  router.put('/powers/:code', express.json(), (req, res) => {
    const defaults = { type: 'AT-0000001', status: 'Valid', ...DATES };
    const power = { ...defaults, ...req.body, code: req.params['code'] } as SimulatedPower;
    if (!STATUSES.includes(power.status)) return void res.status(400).json({ status: STATUSES });
    powers.set(power.code, power);
    res.json(power);
  });
  router.get('/api/Authorization/check/Code-Details-One', (req, res) => {
    const code = req.query['AuthorizationCode'] ?? req.query['authorizationCode'];
    const power = powers.get(String(code));
    if (!power) return void res.json({ data: null, success: false, messages: ['Authorization not found.'] });
    res.json({ data: toDetails(power), success: true, messages: [] });
  });
  return router;
}

const DATES = { fromDate: '2020-09-22T14:16:06.0932925', toDate: '2099-12-31T21:59:59.999' };

const LEGAL_PERSON = /^1/;
const partyType = (idn: string): number => (LEGAL_PERSON.test(idn) ? 2 : 1);

/** Returns the sample of the documentation of AGE. The end of a power that is not valid is null there. */
const toDetails = ({
  code,
  type,
  authorizingIdn,
  authorizedIdn,
  status,
  fromDate,
  toDate,
}: SimulatedPower): object => ({
  authorizationCode: code,
  authorizationTypeCode: type,
  authorizingPartyType: partyType(authorizingIdn),
  authorizingIdn,
  authorizedPartyType: partyType(authorizedIdn),
  authorizedIdn,
  fromDate,
  toDate: status === 'Valid' ? toDate : null,
  isValid: status === 'Valid',
  authorizingPartyName: 'Persoană Sintetică',
  authorizedPartyName: 'Reprezentant Sintetic',
  authorizationTypeName: 'Depunere de cereri',
  serviceProviderIdno: '1000000000000',
  serviceProviderName: 'Furnizor Sintetic',
});

/** Returns the simulator alone, for a server of a test. */
export const createMPowerSimulator = (): RequestListener => express().use(mpowerRoutes());
