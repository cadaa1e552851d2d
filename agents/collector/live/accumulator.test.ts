import { expect, test } from 'vitest';
import { EVENT, RECEIPT_ATTR, SAGA_ATTR } from '../../contract/telemetry.ts';
import type { LiveLine } from '../../contract/timeline.ts';
import { hexId, kv, logRequest, traceRequest } from '../testing/requests.ts';
import type { Signal } from '../wire/signals.ts';
import { Accumulator } from './accumulator.ts';

/** What makes the feed cut its listeners off. */
const MAX_LINE_BYTES = 8 * 1024 * 1024;
const now = Date.now();

function linesOf(signal: Signal, request: Uint8Array): LiveLine[] {
  const accumulator = new Accumulator();
  accumulator.add(signal, request);
  const lines = accumulator.take();
  for (const line of lines) expect(Buffer.byteLength(JSON.stringify(line))).toBeLessThan(MAX_LINE_BYTES);
  expect(accumulator.take()).toEqual([]);
  return lines;
}

test('texts of megabytes are cut with an ellipsis, between letters', () => {
  const long = '😀'.repeat(2_000_000);
  const span = {
    ...{ traceId: hexId(1, 16), spanId: hexId(1, 8), startMs: now, name: `x${long}` },
    attributes: [kv(RECEIPT_ATTR.faultId, long), kv(RECEIPT_ATTR.faultType, 'latency')],
  };
  const [line] = linesOf('traces', traceRequest(long, [span]));
  const receipt = line?.receipts[0];
  for (const text of [receipt?.service, receipt?.operation, receipt?.faultId]) {
    expect(text).toMatch(/^x?(😀)+…$/u);
    expect(text?.length).toBeLessThan(1000);
  }
  expect(receipt?.faultType).toBe('latency');
});

test('more than a line can have becomes several lines, and nothing is lost', () => {
  const detail = 'd'.repeat(100_000);
  const attributes = [SAGA_ATTR.id, SAGA_ATTR.detail, SAGA_ATTR.key].map((key) => kv(key, detail));
  const records = Array.from({ length: 1001 }, (_, i) => ({
    ...{ atMs: now + i, eventName: EVENT.sagaStepFailed, traceId: hexId(i + 1, 16) },
    attributes: [...attributes, kv(SAGA_ATTR.attempt, i)],
  }));
  const lines = linesOf('logs', logRequest('orders', records));
  expect(lines).toHaveLength(5);
  const sagas = lines.flatMap((line) => line.sagas);
  expect(sagas.map((event) => event.attempt)).toEqual(records.map((_, i) => i));
  expect(lines.every((line) => line.dataAt === now + 1000)).toBe(true);
});

test('many operations in many seconds become several lines, each cell once', () => {
  const spans = Array.from({ length: 20_000 }, (_, i) => ({
    ...{ traceId: hexId(i + 1, 16), spanId: hexId(i + 1, 8), startMs: now - i * 1000, name: `work ${i % 7}` },
  }));
  const cells = linesOf('traces', traceRequest('orders', spans)).flatMap((line) => line.traffic);
  expect(cells).toHaveLength(20_000);
  expect(cells.reduce((sum, cell) => sum + cell.calls, 0)).toBe(20_000);
});
