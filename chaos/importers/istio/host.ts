/** `payments` of `payments.shop.svc.cluster.local`; a host outside of the mesh (`api.bank.example`) stays whole. */
export function serviceOf(host: string, names: ReadonlyMap<string, string>): string {
  const named = names.get(host);
  if (named !== undefined) return named;
  const parts = host.split('.');
  const inCluster = parts.length <= 2 || parts[2] === 'svc';
  return inCluster ? (parts[0] ?? host) : host;
}
