/** What a service may be allowed to do at another: `<service>:<what>`. Every route names the one it asks for. */
export const PERMISSIONS = [
  'identity:read',
  'identity:rotate',
  'registry:register',
  'registry:discover',
  'catalog:read',
  'orders:place',
  'orders:read',
  'orders:cancel',
  'inventory:reserve',
  'inventory:read',
  'payments:charge',
  'payments:read',
  'shipping:ship',
  'shipping:read',
  'notifications:read',
  'orderview:read',
  'orderview:rebuild',
  'auditor:read',
  'auditor:sweep',
  'auditor:acknowledge',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** The service that owns a permission: the audience of tokens which carry it. */
export function ownerOf(permission: Permission): string {
  return permission.slice(0, permission.indexOf(':'));
}
