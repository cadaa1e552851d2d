import { LoginRequest } from '../identity/api.ts';
import { systemClock } from '../kit/clock.ts';
import { IssuedToken } from '../kit/identity/token-cache.ts';
import { demandOk } from '../kit/peer/demand.ts';
import type { Peer } from '../kit/peer/peer.ts';
import { type Kit, service } from '../kit/service.ts';
import { RoutingAnswer } from './api.ts';
import { Door } from './customer.ts';
import { addLegacy, type Source } from './legacy.ts';
import { addOrderPage } from './order-page.ts';
import { addPlacement } from './placement.ts';
import { RateLimit } from './rate-limit.ts';
import { addRoutingTable, ROUTES } from './routing-table.ts';
import { Split } from './split.ts';

/** orders answers 4.5 s after the commit at the latest; the rest is its way and its commit. */
const ORDERS_TIMEOUT_MS = 8_000;
const CANARY_PERCENT = 10;

/** Customers log in at the door, too. */
function addLogin({ app }: Kit, identity: Peer, limit: RateLimit): void {
  const login = {
    schema: { summary: 'Log in', tags: ['identity'], body: LoginRequest, response: { 200: IssuedToken } },
    config: { permission: 'open' },
  } as const;
  app.post('/login', login, async (request, reply) => {
    // Whoever guesses passwords is limited by the name he tries, too.
    limit.demand({ kind: 'anybody' }, request, reply, request.body.user);
    const { body } = request;
    return demandOk(await identity.post('/login', body, { answer: IssuedToken }), identity.name);
  });
}

function addRouting({ app }: Kit, splits: readonly Split<string>[]): void {
  const routing = {
    schema: { summary: 'Where requests go now', tags: ['process'], response: { 200: RoutingAnswer } },
    config: { permission: 'open' },
  } as const;
  app.get('/routing', routing, async () => ({
    routes: ROUTES.map(({ path, service: to, access }) => ({ method: 'GET', path, service: to, access })),
    splits: splits.map(({ name, variants, percent }) => ({ name, variants: [...variants], percent })),
  }));
}

await service({
  name: 'gateway',
  routes: (kit) => {
    const { app, random } = kit;
    const orders = kit.peer('orders', { timeoutMs: ORDERS_TIMEOUT_MS });
    const shipping = kit.peer('shipping');
    const catalog = kit.peer('catalog');
    const orderview = kit.reaches('orderview') ? kit.peer('orderview') : null;
    const identity = kit.reaches('identity') ? kit.peer('identity') : null;
    const canary = new Split({
      ...{ name: 'order-page', title: 'Set the canary of the order page' },
      ...{ variants: ['v1', 'v2'] as const, percent: CANARY_PERCENT, random },
    });
    const strangler = new Split<Source>({
      ...{ name: 'legacy-orders', title: 'Move the old list of orders to orderview' },
      ...{ variants: ['orders', 'orderview'] as const, percent: 0, random },
    });
    for (const split of [canary, strangler]) kit.onStop(split.offer());
    const door = new Door(kit);
    const limit = new RateLimit(systemClock);
    for (const each of limit.limits) kit.rateLimit(each);
    addPlacement(app, { door, limit, orders, catalog });
    addOrderPage(app, { door, limit, orders, shipping, identity, orderview, canary });
    addRoutingTable(app, { door, limit, peers: { catalog, orderview } });
    if (orderview !== null) addLegacy(app, { door, limit, orders, orderview, strangler });
    if (identity !== null) addLogin(kit, identity, limit);
    addRouting(kit, [canary, strangler]);
  },
});
