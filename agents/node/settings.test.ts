import { expect, test } from 'vitest';
import { readSettings } from './settings.ts';

test('says who the service is, from the OpenTelemetry variables', () => {
  const settings = readSettings(
    {
      OTEL_SERVICE_NAME: 'orders',
      OTEL_RESOURCE_ATTRIBUTES: 'service.instance.id=orders-1,service.version=1.2%20rc',
      OTEL_INSTRUMENTATION_COMMON_PEER_SERVICE_MAPPING:
        '127.0.0.1:4106=payments,127.0.0.1:4110=outside-world',
      STORMGLASS_CHAOS: 'on',
    },
    7,
  );
  expect(settings).toMatchObject({
    service: 'orders',
    instance: 'orders-1',
    version: '1.2 rc',
    chaosAllowed: true,
    otlp: null,
    hub: null,
    warnings: [],
  });
  expect(settings.peers.get('127.0.0.1:4106')).toBe('payments');
});

test('chaos is off unless it says exactly on', () => {
  for (const value of [undefined, '', 'true', 'ON', '1']) {
    expect(readSettings({ STORMGLASS_CHAOS: value }, 7).chaosAllowed).toBe(false);
  }
});

test('garbage becomes a default and a warning that says what to write', () => {
  const settings = readSettings(
    {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'not a url',
      STORMGLASS_HUB: 'ftp://x',
      OTEL_RESOURCE_ATTRIBUTES: 'nonsense,,a=%E0%A4%A',
    },
    7,
  );
  expect(settings).toMatchObject({ otlp: null, hub: null, service: 'unknown_service:node' });
  expect(settings.warnings).toHaveLength(3);
});
