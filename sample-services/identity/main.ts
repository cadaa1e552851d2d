import { CONTROL } from '@stormglass/agents/contract';
import { registerControl } from '@stormglass/agents/node';
import { required } from '../kit/env.ts';
import { ShopError } from '../kit/errors.ts';
import { CUSTOMER_AUDIENCE } from '../kit/identity/claims.ts';
import { isClientSecret } from '../kit/identity/client-secret.ts';
import { Jwks } from '../kit/identity/key-set.ts';
import { ownerOf } from '../kit/identity/permissions.ts';
import { IssuedToken } from '../kit/identity/token-cache.ts';
import { startLoop } from '../kit/loop.ts';
import { Seal } from '../kit/sealed.ts';
import { type Kit, service } from '../kit/service.ts';
import { ById, GrantsAnswer, LoginRequest, RotateAnswer, TokenRequest, UserAnswer } from './api.ts';
import { allGrants, grantsOf } from './grants.ts';
import { KEY_SCHEMA, KeyRing } from './key-ring.ts';
import { TokenLife } from './token-life.ts';
import { USER_SCHEMA, Users } from './users.ts';

/** Seconds. A customer stays logged in for a visit; a service's token is short, so that a grant taken away ends soon. */
const USER_TOKEN_S = 900;
const SERVICE_TOKEN_S = { default: 300, demo: 60 } as const;
/** Another instance may have rotated the keys. */
const KEYS_EVERY_MS = 5_000;

function addLogin({ app }: Kit, users: Users, ring: KeyRing, life: TokenLife): void {
  const login = {
    schema: { summary: 'Log a customer in', body: LoginRequest, response: { 200: IssuedToken } },
    config: { permission: 'open' },
  } as const;
  app.post('/login', login, async (request) => {
    const { id, name } = await users.login(request.body.user, request.body.password);
    const lifeS = life.of(USER_TOKEN_S);
    const token = await ring.sign({ kind: 'user', name }, id, CUSTOMER_AUDIENCE, lifeS);
    return { token, expiresIn: lifeS };
  });

  const one = {
    schema: { summary: 'The name of a customer', params: ById, response: { 200: UserAnswer } },
    config: { permission: 'identity:read' },
  } as const;
  app.get('/users/:id', one, ({ params }) => users.find(params.id));
}

function addServiceTokens({ app, env }: Kit, ring: KeyRing, life: TokenLife): void {
  const root = required(env, 'SHOP_SERVICE_SECRET');
  const tokens = {
    schema: {
      summary: 'A token with which one service may call another',
      body: TokenRequest,
      response: { 200: IssuedToken },
    },
    config: { permission: 'open' },
  } as const;
  app.post('/tokens', tokens, async (request) => {
    const { service: name, secret, audience } = request.body;
    const grants = grantsOf(name);
    if (grants === null || !isClientSecret(root, name, secret)) {
      throw new ShopError('login_failed', `${name} did not prove itself`, 'Correct name and secret.');
    }
    const scope = grants.filter((permission) => ownerOf(permission) === audience).join(' ');
    const lifeS = life.of(SERVICE_TOKEN_S[env.SHOP_PROFILE]);
    const token = await ring.sign({ kind: 'service', scope }, name, audience, lifeS);
    return { token, expiresIn: lifeS };
  });

  const grants = {
    schema: { summary: 'Which service may do what', response: { 200: GrantsAnswer } },
    config: { permission: 'open' },
  } as const;
  app.get('/grants', grants, async () => ({ grants: allGrants() }));
}

function addKeys(kit: Kit, ring: KeyRing): void {
  const { app } = kit;
  const jwks = {
    schema: { summary: 'Public keys of all tokens that are still good', response: { 200: Jwks } },
    config: { permission: 'open' },
  } as const;
  app.get('/.well-known/jwks.json', jwks, async (_request, reply) =>
    reply.header('cache-control', 'max-age=60').send(ring.jwks()),
  );

  const rotate = {
    schema: { summary: 'Sign with a new key from now on', response: { 200: RotateAnswer } },
    config: { permission: 'identity:rotate' },
  } as const;
  app.post('/keys/rotate', rotate, async () => ({ kid: await ring.rotate() }));
  kit.onStop(
    registerControl({
      name: 'keys.rotate',
      title: 'Rotate the signing key',
      input: CONTROL['keys.rotate'].input,
      run: async ({ withdraw }) => ({ kid: await ring.rotate(undefined, withdraw) }),
    }),
  );
}

await service({
  name: 'identity',
  routes: (kit) => {
    const { env, log } = kit;
    const db = kit.database(`${USER_SCHEMA}; ${KEY_SCHEMA}`);
    const seal = new Seal(required(env, 'SHOP_SERVICE_SECRET'));
    const ring = new KeyRing({ db, seal, log, longestTokenS: USER_TOKEN_S });
    const users = new Users(db);
    const run = async () => {
      await db.whenReady();
      await ring.refresh();
      await users.seed();
    };
    const keys = startLoop({ name: 'keys', intervalMs: KEYS_EVERY_MS, log, run });
    kit.onStop(() => keys.stop());
    kit.readyWhen('keys', async () => void ring.jwks());
    const life = new TokenLife();
    kit.onStop(life.offer());
    addLogin(kit, users, ring, life);
    addServiceTokens(kit, ring, life);
    addKeys(kit, ring);
  },
});
