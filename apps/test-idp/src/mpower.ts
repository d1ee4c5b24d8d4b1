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
}

/**
 * Returns the routes of the clients API that identity uses, and `PUT /powers/{code}`, by which a test or developer stores a
 * power.
 */
export function mpowerRoutes(): express.Router {
  const powers = new Map<string, SimulatedPower>();
  const router = express.Router();
  router.put('/powers/:code', express.json(), (req, res) => {
    const power = { type: 'AT-0000001', status: 'Valid', ...req.body, code: req.params['code'] } as SimulatedPower;
    if (!STATUSES.includes(power.status)) return void res.status(400).json({ status: STATUSES });
    powers.set(power.code, power);
    res.json(power);
  });
  router.get('/api/Authorization/check/Code-Details-One', (req, res) => {
    const power = powers.get(String(req.query['authorizationCode']));
    if (!power) return void res.status(404).json({ error: 'Not found. Check sent request data' });
    res.json({
      AuthorizationCode: power.code,
      AuthorizationTypeCode: power.type,
      AuthorizingIdn: power.authorizingIdn,
      AuthorizedIdn: power.authorizedIdn,
      IsValid: power.status === 'Valid' ? 'True' : 'False',
    });
  });
  return router;
}

/** Returns the simulator alone, for a server of a test. */
export const createMPowerSimulator = (): RequestListener => express().use(mpowerRoutes());
