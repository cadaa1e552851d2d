import { X509Certificate } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { makeAuthority } from './certificates.ts';

describe('a local authority', () => {
  const authority = makeAuthority('Test CA');
  const ca = new X509Certificate(authority.certificate);

  test('is one, and signs for services by their name', () => {
    expect(ca.ca).toBe(true);
    const service = new X509Certificate(authority.issue('payments').certificate);
    expect(service.ca).toBe(false);
    expect(service.checkIssued(ca)).toBe(true);
    expect(service.verify(ca.publicKey)).toBe(true);
    expect(service.subjectAltName).toBe('DNS:payments');
    expect(service.checkHost('payments')).toBe('payments');
    expect(service.checkHost('orders')).toBe(undefined);
  });

  test('did not sign what another of the same name signed', () => {
    const other = new X509Certificate(makeAuthority('Test CA').issue('payments').certificate);
    expect(other.verify(ca.publicKey)).toBe(false);
  });

  test('gives certificates of now, each with a number and a key of its own', () => {
    const [one, two] = [authority.issue('orders'), authority.issue('orders')];
    expect(one.key).not.toBe(two.key);
    const [first, second] = [one, two].map(({ certificate }) => new X509Certificate(certificate));
    expect(first?.serialNumber).not.toBe(second?.serialNumber);
    expect(first?.validFromDate.getTime()).toBeLessThan(Date.now());
    expect(first?.validToDate.getTime()).toBeGreaterThan(Date.now() + 300 * 86_400_000);
  });
});
