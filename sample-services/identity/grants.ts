import { PERMISSIONS, type Permission } from '../kit/identity/permissions.ts';

/** Every service may say where it is and look for others. */
const EVERYBODY: readonly Permission[] = ['registry:register', 'registry:discover'];

/** Who may do what. A service that is not named here gets no token. */
const GRANTS: Readonly<Record<string, readonly Permission[]>> = {
  gateway: [
    'identity:read',
    'orders:place',
    'orders:read',
    'orders:cancel',
    'shipping:read',
    'catalog:read',
    'orderview:read',
  ],
  registry: [],
  identity: [],
  catalog: [],
  orders: ['inventory:reserve', 'payments:charge', 'shipping:ship'],
  inventory: [],
  payments: [],
  // For the call back that it makes only while `one-way-calls` is taken away.
  shipping: ['orders:read'],
  notifications: [],
  orderview: ['orders:read', 'payments:read', 'shipping:read', 'inventory:read', 'notifications:read'],
  auditor: ['orders:read', 'payments:read', 'shipping:read', 'inventory:read', 'orderview:read'],
  loadgen: [],
  'outside-world': [],
  /** A person with the command line. `orders:cancel` is also to decide what a stuck saga waits for. */
  operator: PERMISSIONS.filter((permission) =>
    /:(read|rotate|rebuild|sweep|acknowledge|cancel)$/.test(permission),
  ),
};

export function grantsOf(service: string): readonly Permission[] | null {
  const own = GRANTS[service];
  return own === undefined ? null : [...EVERYBODY, ...own];
}

export function allGrants(): { service: string; permissions: Permission[] }[] {
  return Object.entries(GRANTS).map(([service, own]) => ({ service, permissions: [...EVERYBODY, ...own] }));
}
